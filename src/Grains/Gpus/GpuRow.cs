using ControlPlane.Domain;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;

namespace ControlPlane.Grains.Gpus;

/// <summary>
/// A GPU's durable row, and its fence: a newer generation pushes older leases off the device, an older one is
/// refused when it was ended before or finds no room. So a delayed command can never take a GPU back.
/// </summary>
[GenerateSerializer, Immutable, Alias("GpuRow")]
internal sealed record GpuRow
{
    /// <summary>Leases whose work runs or has run under them.</summary>
    [Id(0)] public ValueList<HeldLease> Held { get; init; }

    /// <summary>The newest generation that was ended: none up to it may begin.</summary>
    [Id(1)] public long Revoked { get; init; }

    /// <summary>The newest generation ever taken.</summary>
    [Id(2)] public long Newest { get; init; }

    /// <summary>Kernels that ended on the device.</summary>
    [Id(3)] public long KernelsRun { get; init; }

    /// <summary>The lease of that key, or null.</summary>
    public HeldLease? Find(LeaseKey key) => Held.FirstOrDefault(held => held.Lease.Key == key);

    /// <summary>A job's lease of a generation, or null. On an agent's device, which is leased whole, there is one at most.</summary>
    public HeldLease? OfAgent(JobId job, long generation) => Held.FirstOrDefault(held => held.Lease.Key.Job == job && held.Lease.Key.Generation == generation);

    /// <summary>The row with a lease taken, or null and why not.</summary>
    public (GpuRow? Row, string Why) Take(GpuLease lease, DateTimeOffset at)
    {
        var generation = lease.Key.Generation;
        if (generation <= Revoked)
            return (null, $"generation {generation} is over: {Revoked} was ended already");
        var kept = Held.Where(held => held.Lease.Key.Generation >= generation || held.Lease.FitsBeside(lease)).ToList();
        var used = kept.Sum(held => held.Lease.Milli);
        foreach (var older in kept.Where(held => held.Lease.Key.Generation < generation).OrderBy(held => held.Lease.Key.Generation).ToList())
        {
            if (used + lease.Milli <= 1000)
                break;
            kept.Remove(older);
            used -= older.Lease.Milli;
        }
        if (used + lease.Milli > 1000 || kept.Exists(held => !held.Lease.FitsBeside(lease)))
            return (null, $"a newer generation holds the GPU: {Newest}, this lease has {generation}");
        kept.Add(new HeldLease(lease, at, null));
        return (this with { Held = kept.ToValueList(), Newest = Math.Max(Newest, generation) }, "");
    }

    /// <summary>The row with a lease ended.</summary>
    public GpuRow End(LeaseKey key) => this with
    {
        Held = Held.Where(held => held.Lease.Key != key).ToValueList(),
        Revoked = Math.Max(Revoked, key.Generation),
    };

    /// <summary>The row with a lease's result.</summary>
    public GpuRow Finish(LeaseKey key, KernelResult result) => this with
    {
        Held = Held.Select(held => held.Lease.Key == key ? held with { Result = result } : held).ToValueList(),
        KernelsRun = KernelsRun + 1,
    };
}

/// <summary>A lease on a GPU.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="At">When its work began.</param>
/// <param name="Result">What came of it, for a kernel that ended.</param>
[GenerateSerializer, Immutable, Alias("HeldLease")]
internal sealed record HeldLease(
    [property: Id(0)] GpuLease Lease,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] KernelResult? Result);
