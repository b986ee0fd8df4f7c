using System.Collections.Concurrent;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Racks;
using ControlPlane.Hardware.Simulated;
using Microsoft.Extensions.Options;

namespace ControlPlane.Grains.Gpus;

/// <summary>The simulated GPUs of one process. A GPU's readings follow from when its leases began and what time it is.</summary>
internal sealed class SimulatedFleet(IOptions<FactoryOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<GpuId, Member> _members = new();

    /// <summary>Starts a lease's work, as of the given instant. Repeatable.</summary>
    public void Start(GpuId gpu, GpuLease lease, DateTimeOffset at)
    {
        var run = lease.Work is SimulatedWork work
            ? new SimulatedRun(work.Duration.TotalSeconds, work.TokensPerGpuSecond * work.Duration.TotalSeconds * lease.Milli / 1000, work.Utilisation)
            : new SimulatedRun(double.PositiveInfinity, 0);
        On(gpu, member =>
        {
            if (member.Device is null)
            {
                member.Device = new SimulatedGpu(
                    SimulatedGpuRating.Of(lease.IdleWatts, lease.LimitWatts), lease.InletCelsius, options.Value.TimeScale, at);
                member.Rated = lease.LimitWatts;
                if (member.Failed)
                    member.Device.Fail("failed", at);
            }
            member.Ordered = lease.CapWatts;
            member.Device.Cap(member.Cap, at);
            return member.Device.Start(KeyOf(lease.Key), run, lease.Milli, at);
        });
    }

    /// <summary>Limits a device's power from now on; 0 lifts the limit.</summary>
    public void Cap(GpuId gpu, double watts) => On(gpu, member =>
    {
        member.Ordered = watts;
        member.Device?.Cap(member.Cap, clock.GetUtcNow());
        return true;
    });

    /// <summary>Holds a device to the cap that is armed for it, whatever else it was told; 0 releases it.</summary>
    public void Fire(GpuId gpu, double watts) => On(gpu, member =>
    {
        member.Fired = watts;
        member.Device?.Cap(member.Cap, clock.GetUtcNow());
        return true;
    });

    /// <summary>Stops a lease's work.</summary>
    public void Stop(GpuId gpu, LeaseKey lease) => On(gpu, member => member.Device?.Stop(KeyOf(lease), clock.GetUtcNow()));

    /// <summary>How far a lease's work is, or null when the device does not run it or has failed.</summary>
    public SimulatedProgress? Progress(GpuId gpu, LeaseKey lease, DateTimeOffset now) =>
        On(gpu, member => member.Failed ? null : member.Device?.Progress(KeyOf(lease), now));

    /// <summary>A device's readings, or null while it has never run anything in this process.</summary>
    public GpuSample? Sample(GpuId gpu, DateTimeOffset now) => On(gpu, member =>
    {
        if (member.Failed)
            return new GpuSample(gpu, null, null, null, true, "failed");
        if (member.Device is null)
            return null;
        var sample = member.Device.Sample(now);
        return new GpuSample(gpu, sample.PowerWatts, sample.TemperatureCelsius, sample.Utilisation, false, "") { LimitWatts = member.Cap ?? member.Rated };
    });

    /// <summary>The armed cap that a device is held to, in watts; 0 while none is fired.</summary>
    public double FiredAt(GpuId gpu) => On(gpu, member => member.Fired);

    /// <summary>A device's readings; one that has never run anything has settled at its idle draw.</summary>
    public GpuSample SampleOrIdle(GpuId gpu, NodeCard node, double inletCelsius, DateTimeOffset now)
    {
        On(gpu, member =>
        {
            if (member.Device is not null && member.Inlet != inletCelsius)
                member.Device.SetInlet(inletCelsius, now);
            return member.Inlet = inletCelsius;
        });
        if (Sample(gpu, now) is { } sample)
            return sample;
        var rating = SimulatedGpuRating.Of(node.IdleWatts, node.LimitWatts);
        var settled = rating.Cooling.Settled(rating.Idle, Domain.Units.Celsius.FromDegrees(inletCelsius));
        return new GpuSample(gpu, node.IdleWatts, settled.Value, 0, false, "");
    }

    /// <summary>Breaks a device, which is a fault hook for tests, or repairs it, which is what a reset does.</summary>
    public void SetFailed(GpuId gpu, bool failed) => On(gpu, member =>
    {
        member.Failed = failed;
        if (failed)
            member.Device?.Fail("failed", clock.GetUtcNow());
        else
            member.Device?.Repair(clock.GetUtcNow());
        return failed;
    });

    /// <summary>The work that runs on a device stops advancing and keeps it busy: a fault hook for tests.</summary>
    public void Hang(GpuId gpu) => On(gpu, member =>
    {
        member.Device?.Hang(clock.GetUtcNow());
        return true;
    });

    /// <summary>Looks up and locks: a GPU's grain commands it while its rack samples it.</summary>
    private TResult On<TResult>(GpuId gpu, Func<Member, TResult> use)
    {
        var member = _members.GetOrAdd(gpu, static _ => new Member());
        lock (member)
            return use(member);
    }

    private static SimulatedLease KeyOf(LeaseKey lease) => new(lease.Job.Value, lease.Generation, lease.Task);

    /// <summary>A device, once something has run on it; it may have failed before.</summary>
    private sealed class Member
    {
        public SimulatedGpu? Device { get; set; }

        public bool Failed { get; set; }

        /// <summary>Its own power limit, in watts.</summary>
        public double Rated { get; set; }

        /// <summary>What cools it, as last heard, in Celsius.</summary>
        public double Inlet { get; set; }

        /// <summary>The cap that its lease was given, in watts; 0 for none.</summary>
        public double Ordered { get; set; }

        /// <summary>The armed cap that was fired, in watts; 0 while none is.</summary>
        public double Fired { get; set; }

        /// <summary>The lower of both, or null.</summary>
        public double? Cap => Fired > 0 && !(Ordered > 0 && Ordered < Fired) ? Fired : Ordered > 0 ? Ordered : null;
    }
}
