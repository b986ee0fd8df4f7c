using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Gpus;

namespace ControlPlane.Grains.Racks;

/// <summary>What a rack's devices show at one instant, and which simulated leases they have finished.</summary>
/// <param name="Watts">What the rack draws, or null when unknown.</param>
/// <param name="HottestCelsius">Its hottest GPU, or null when unknown.</param>
/// <param name="FailedGpus">GPUs that are not usable.</param>
internal sealed record RackReading(double? Watts, double? HottestCelsius, ValueList<GpuId> FailedGpus)
{
    public static RackReading Of(
        RackCard card, IEnumerable<RackLease> leases, SimulatedFleet fleet, NodeReach reach,
        DateTimeOffset now, double timeScale)
    {
        double? watts = card.OverheadWatts;
        double? hottest = null;
        var failed = new List<GpuId>();
        foreach (var node in card.Nodes)
        {
            watts += node.BaseWatts;
            for (var gpu = 0; gpu < node.Gpus; gpu++)
            {
                var id = GrainKeys.GpuOf(node.Node, gpu);
                var sample = card.Simulated ? fleet.SampleOrIdle(id, node, card.InletCelsius, now) : reach.Of(id);
                watts += sample?.Watts; // Unknown makes the sum unknown.
                if (sample?.Celsius is { } celsius)
                    hottest = Math.Max(hottest ?? celsius, celsius);
                if (sample is { Failed: true })
                    failed.Add(id);
            }
        }
        if (card.Simulated)
        {
            foreach (var lease in leases.Where(lease => lease is { StartedAt: not null, End: null }))
                lease.End = EndOf(lease, fleet, now, timeScale);
        }
        return new RackReading(watts, hottest, failed.ToValueList());
    }

    private static LeaseEnd? EndOf(RackLease lease, SimulatedFleet fleet, DateTimeOffset now, double timeScale)
    {
        if (lease.Lease.Work is not SimulatedWork work)
            return null;
        if (lease.Lease.Gpus.Count == 0)
        {
            var ran = (now - lease.StartedAt!.Value) * timeScale;
            return ran >= work.Duration ? new LeaseEnd(lease.Lease.Key, true, "Done.", 0, null) : null;
        }
        var tokens = 0.0;
        foreach (var gpu in lease.Lease.Gpus)
        {
            if (fleet.Progress(GrainKeys.GpuOf(lease.Lease.Node, gpu), lease.Lease.Key, now) is not { Done: true } progress)
                return null;
            tokens += progress.Tokens;
        }
        return new LeaseEnd(lease.Lease.Key, true, "Done.", tokens, null);
    }
}
