using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;

namespace ControlPlane.Grains.Placement;

/// <summary>The caps that are armed on a hall's nodes, and what they make of jobs once they hold.</summary>
internal sealed partial class HallBook
{
    private FailsafeCaps? _armed;

    private void Ask(PowerLimitAsked asked)
    {
        Limits.Apply(asked, Names, State!);
        _armed = null;
        SlowDown(Limits.Fired.SelectMany(Limits.FiredFor));
    }

    private void Fire(FailsafeFired fired)
    {
        Limits.Apply(fired);
        SlowDown(fired.Racks);
    }

    // What runs under armed caps is slowed from now on, and counted so.
    private void SlowDown(IEnumerable<RackId> racks)
    {
        foreach (var job in racks.Where(Names.Racks.ContainsKey).SelectMany(rack => OnRack(Names.Racks[rack])).DistinctBy(job => job.Job).ToList())
            Put(Jobs[job.Job] with { SlowestSpeed = Math.Min(job.SlowestSpeed, PowerEffects.SpeedOf(job.Spec, job.Assignment!, Names.Layout, CapOf)) });
    }

    /// <summary>Where the caps that are armed in a rack lie between the lowest (0) and the full limit (1): the lowest where its cooling is lost.</summary>
    public double ArmedLevelOf(int rack) => Limits.IsFired(Names.Layout.Racks[rack].Id, HasLostCooling) ? 0 : ArmedCaps().LevelOf(rack);

    private static bool HasLostCooling(string subject) => HallLimits.LoopOf(subject) is not null;

    private Watts CapOf(int node) => ArmedLevelOf(Names.Layout.Nodes[node].Rack) == 0 ? FailsafeCaps.FloorOf(Names.Layout, node) : ArmedCaps().CapOf(node);

    /// <summary>The caps that are armed on the nodes, for what domains may carry at the meter.</summary>
    public FailsafeCaps ArmedCaps() => _armed ??= FailsafeCaps.Of(
        Names.Layout, [.. Enumerable.Range(0, Names.Layout.PowerDomains.Count).Select(domain => Limits.AtMeter(State!, domain))]);
}
