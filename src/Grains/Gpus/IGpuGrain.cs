using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;
using Orleans.Concurrency;

namespace ControlPlane.Grains.Gpus;

/// <summary>One GPU: the only one who commands the device. Key: <c>gpu/&lt;name&gt;</c>.</summary>
[Alias("IGpuGrain")]
public interface IGpuGrain : IGrainWithStringKey
{
    /// <summary>Takes a lease and starts its work. Repeat-safe: a lease that already runs is left alone.</summary>
    [Alias("Run")]
    Task<RunAnswer> Run(GpuLease lease);

    /// <summary>Has a lease's work keep the power limit that the lease states now. On an agent's device it holds once the device's readings say so.</summary>
    [Alias("Limit")]
    Task Limit(GpuLease lease);

    /// <summary>Has a device of an agent keep a cap that was armed for an excursion, or (0) no longer. Remembered for an agent that comes later.</summary>
    [OneWay, Alias("Hold")]
    Task Hold(ArmedCap cap);

    /// <summary>Ends a lease and its work, whether or not it runs.</summary>
    [Alias("Stop")]
    Task Stop(LeaseKey lease);

    /// <summary>Ends every lease that is not in the list: what a rack that starts anew says first.</summary>
    [Alias("Retain")]
    Task Retain(ValueList<LeaseKey> leases);

    /// <summary>An agent that owns the device offers to carry out commands, and says how the device is. Renewed while it is connected.</summary>
    [Alias("Attach")]
    Task Attach(IGpuAgent agent, string deviceName, string health, GpuSample? sample);

    /// <summary>What an agent ran when it connected; it stops what the device does not hold any more.</summary>
    [Alias("Reconcile")]
    Task Reconcile(ValueList<LeaseKey> running);

    /// <summary>The agent's connection is gone.</summary>
    [Alias("Detach")]
    Task Detach(string reason);

    /// <summary>The agent reports that a lease's work is over; it does not know which task that was. Returns true once the rack has been told.</summary>
    [Alias("Report")]
    Task<bool> Report(LeaseKey lease, KernelResult result);

    /// <summary>Has the device reset, where nothing holds it.</summary>
    /// <param name="number">Given back with the agent's answer.</param>
    /// <param name="simulated">True when the device is simulated.</param>
    [Alias("Reset")]
    Task<ResetOutcome> Reset(long number, bool simulated);

    /// <summary>What the device is doing.</summary>
    [Alias("Get")]
    Task<GpuStatus> Get();
}

/// <summary>What came of the order to reset a device.</summary>
public enum ResetOutcome
{
    /// <summary>It was reset.</summary>
    Done = 0,

    /// <summary>Its agent was told, and will answer.</summary>
    Ordered = 1,

    /// <summary>Something holds it.</summary>
    Held = 2,

    /// <summary>No agent is connected.</summary>
    NoAgent = 3,
}

/// <summary>Whoever carries out commands on a device that is not simulated. Implemented where the agent is connected.</summary>
[Alias("IGpuAgent")]
public interface IGpuAgent : IGrainObserver
{
    /// <summary>Starts a lease's work; the agent refuses older generations, and work whose power limit it cannot keep.</summary>
    [Alias("StartWork")]
    Task Start(GpuId gpu, AgentLease lease);

    /// <summary>Has a lease's work keep another power limit, or (0) the device's own.</summary>
    [Alias("Limit")]
    Task Limit(GpuId gpu, LeaseKey lease, double watts);

    /// <summary>Stops a lease's work.</summary>
    [Alias("Stop")]
    Task Stop(GpuId gpu, LeaseKey lease);

    /// <summary>Has a device keep a cap, or (0) no longer.</summary>
    [Alias("Hold")]
    Task Hold(GpuId gpu, ArmedCap cap);

    /// <summary>Resets a device that nothing holds.</summary>
    [Alias("Reset")]
    Task Reset(GpuId gpu, long number);
}

/// <summary>A lease as an agent is told of it.</summary>
/// <param name="Key">The lease; of a collective its task is the rank.</param>
/// <param name="Work">What to run.</param>
/// <param name="CapWatts">The power limit to keep, or 0 for the device's own.</param>
/// <param name="TraceParent">W3C trace context of the job's submission, or empty.</param>
[GenerateSerializer, Immutable, Alias("AgentLease")]
public sealed record AgentLease(
    [property: Id(0)] LeaseKey Key, [property: Id(1)] WorkSpec Work, [property: Id(2)] double CapWatts, [property: Id(3)] string TraceParent);

/// <summary>A cap that was armed for an excursion and holds now, or its release.</summary>
/// <param name="Authority">The hall's activation that says so: of one only newer revisions count.</param>
/// <param name="Revision">The ledger entry that says so.</param>
/// <param name="Watts">The cap; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("ArmedCap")]
public readonly record struct ArmedCap([property: Id(0)] Guid Authority, [property: Id(1)] long Revision, [property: Id(2)] double Watts);

/// <summary>A lease as one GPU sees it.</summary>
/// <param name="Key">The lease.</param>
/// <param name="Rack">The rack to report to.</param>
/// <param name="Simulated">True when the device is simulated.</param>
/// <param name="Milli">Thousandths of the GPU.</param>
/// <param name="Work">What to run.</param>
/// <param name="IdleWatts">The device's idle draw.</param>
/// <param name="LimitWatts">The device's power limit.</param>
/// <param name="InletCelsius">Temperature of what cools it.</param>
/// <param name="TraceParent">W3C trace context of the job's submission, or empty.</param>
/// <param name="StartedAt">When its work began, where that is known from before; else it begins now.</param>
[GenerateSerializer, Immutable, Alias("GpuLease")]
public sealed record GpuLease(
    [property: Id(0)] LeaseKey Key,
    [property: Id(1)] RackId Rack,
    [property: Id(2)] bool Simulated,
    [property: Id(3)] int Milli,
    [property: Id(4)] WorkSpec Work,
    [property: Id(5)] double IdleWatts,
    [property: Id(6)] double LimitWatts,
    [property: Id(7)] double InletCelsius,
    [property: Id(8)] string TraceParent,
    [property: Id(9)] DateTimeOffset? StartedAt)
{
    /// <summary>Memory slices of its MIG instance, as bits; 0 for whole GPUs and shares.</summary>
    [Id(10)]
    public byte MigSlots { get; init; }

    /// <summary>The power limit to keep in watts, or 0 for the device's own.</summary>
    [Id(11)]
    public double CapWatts { get; init; }

    /// <summary>True when both leases fit on one GPU, as far as their slices say.</summary>
    public bool FitsBeside(GpuLease other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return (MigSlots & other.MigSlots) == 0 && (MigSlots == 0) == (other.MigSlots == 0);
    }
}

/// <summary>The answer to a lease.</summary>
/// <param name="Started">True when its work runs.</param>
/// <param name="At">When it began.</param>
/// <param name="Message">Why not, for a person.</param>
/// <param name="Result">The kernel's report when the work is over already, or null.</param>
[GenerateSerializer, Immutable, Alias("RunAnswer")]
public sealed record RunAnswer(
    [property: Id(0)] bool Started,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string Message,
    [property: Id(3)] KernelResult? Result = null);

/// <summary>What a GPU is doing.</summary>
/// <param name="Gpu">The GPU.</param>
/// <param name="Device">The device's name, or null while no agent is attached to a real one.</param>
/// <param name="Generation">The newest generation it has seen.</param>
/// <param name="Leases">The leases whose work runs.</param>
/// <param name="Health">healthy, degraded, failed or unknown, with detail.</param>
/// <param name="KernelsRun">Kernels that ended on it since its first day.</param>
[GenerateSerializer, Immutable, Alias("GpuStatus")]
public sealed record GpuStatus(
    [property: Id(0)] GpuId Gpu,
    [property: Id(1)] string? Device,
    [property: Id(2)] long Generation,
    [property: Id(3)] ValueList<LeaseKey> Leases,
    [property: Id(4)] string Health,
    [property: Id(5)] long KernelsRun)
{
    /// <summary>The newest readings of an agent's device; null while there are none.</summary>
    [Id(6)]
    public GpuSample? Sample { get; init; }

    /// <summary>The cap that it is to keep, in watts; 0 for none.</summary>
    [Id(7)]
    public double CapWatts { get; init; }
}
