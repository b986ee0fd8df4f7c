using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Control;

/// <summary>
/// The caps that are armed on nodes before anything happens. They are found as if every GPU below a domain were at work,
/// so they hold whatever runs when they are fired, and change only when a limit or the hall does.
/// </summary>
public sealed class FailsafeCaps
{
    /// <summary>Share of a limit that the caps aim at: what is between is left to errors of measurement.</summary>
    public const double Aim = 0.98;

    private readonly HallLayout _layout;
    private readonly double[] _level;

    private FailsafeCaps(HallLayout layout, double[] level) => (_layout, _level) = (layout, level);

    /// <summary>Finds the caps.</summary>
    /// <param name="layout">The hall.</param>
    /// <param name="limits">The most that each of its power domains may carry, by index.</param>
    public static FailsafeCaps Of(HallLayout layout, IReadOnlyList<Watts> limits)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(limits);
        var (least, range) = (new double[layout.PowerDomains.Count], new double[layout.PowerDomains.Count]);
        foreach (var rack in layout.Racks)
        {
            var (lowest, most) = Draws(layout, rack);
            for (var domain = rack.PowerDomain; domain >= 0; domain = layout.PowerDomains[domain].Parent)
                (least[domain], range[domain]) = (least[domain] + lowest, range[domain] + most - lowest);
        }
        var levels = new double[layout.PowerDomains.Count];
        for (var domain = 0; domain < levels.Length; domain++)
        {
            var own = range[domain] <= 0 ? 1 : Math.Clamp((Aim * limits[domain].Value - least[domain]) / range[domain], 0, 1);
            // A parent comes before its children, so its level is known.
            levels[domain] = layout.PowerDomains[domain].Parent is >= 0 and var parent ? Math.Min(own, levels[parent]) : own;
        }
        return new FailsafeCaps(layout, levels);
    }

    /// <summary>Where a rack's caps lie between the lowest that its devices accept (0) and their full limit (1).</summary>
    /// <param name="rack">Index of the rack.</param>
    public double LevelOf(int rack) => _layout.Racks[rack].PowerDomain is >= 0 and var domain ? _level[domain] : 1;

    /// <summary>The armed cap of each GPU of a node; zero for a node without GPUs.</summary>
    /// <param name="node">Index of the node.</param>
    public Watts CapOf(int node) => CapOf(_layout.Nodes[node], LevelOf(_layout.Nodes[node].Rack), _layout);

    /// <summary>The lowest cap that each GPU of a node accepts; zero for a node without GPUs.</summary>
    /// <param name="layout">The hall.</param>
    /// <param name="node">Index of the node.</param>
    public static Watts FloorOf(HallLayout layout, int node) => CapOf(layout.Nodes[node], 0, layout);

    /// <summary>
    /// The most that may be committed below a domain for armed caps to hold it, over its limit: below that even the lowest
    /// caps of all that is committed add up to no more than the limit.
    /// </summary>
    /// <param name="layout">The hall.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="limit">What it may carry, above 0.</param>
    /// <returns>0 or more; may be far above 1.</returns>
    public static double MostBooked(HallLayout layout, int domain, Watts limit)
    {
        ArgumentNullException.ThrowIfNull(layout);
        Require.Positive(limit.Value, nameof(limit));
        var (standing, stiffest) = (0.0, 0.0);
        foreach (var rack in layout.Racks)
        {
            if (!IsBelow(layout, rack.PowerDomain, domain))
                continue;
            standing += rack.Overhead.Value;
            foreach (var node in NodesOf(layout, rack))
            {
                standing += node.Base.Value;
                if (node.GpuModel < 0)
                    continue;
                var model = layout.GpuModels[node.GpuModel];
                standing += node.Gpus * model.Idle.Value;
                var most = (model.Limit - model.Idle).Value;
                stiffest = most <= 0 ? stiffest : Math.Max(stiffest, Math.Clamp((CapOf(node, 0, layout) - model.Idle).Value / most, 0, 1));
            }
        }
        // Of what is committed beyond the standing draw, the stiffest model still draws this part under its lowest cap.
        var left = (Aim * limit.Value) - (standing * (1 - stiffest));
        return left <= 0 ? 0 : left / (stiffest * limit.Value);
    }

    /// <summary>True when a domain is another one or stands below it.</summary>
    public static bool IsBelow(HallLayout layout, int domain, int above)
    {
        ArgumentNullException.ThrowIfNull(layout);
        while (domain >= 0 && domain != above)
            domain = layout.PowerDomains[domain].Parent;
        return domain == above && above >= 0;
    }

    private static Watts CapOf(HallNode node, double level, HallLayout layout)
    {
        if (node.GpuModel < 0)
            return Watts.Zero;
        var model = layout.GpuModels[node.GpuModel];
        var floor = model.MinimumLimit > model.Idle ? model.MinimumLimit : model.Idle;
        return floor >= model.Limit ? model.Limit : floor + ((model.Limit - floor) * level);
    }

    private static (double Least, double Most) Draws(HallLayout layout, HallRack rack)
    {
        var (least, most) = (rack.Overhead.Value, rack.Overhead.Value);
        foreach (var node in NodesOf(layout, rack))
        {
            least += node.Base.Value + (node.Gpus * CapOf(node, 0, layout).Value);
            most += node.Base.Value + (node.Gpus * CapOf(node, 1, layout).Value);
        }
        return (least, most);
    }

    private static ReadOnlySpan<HallNode> NodesOf(HallLayout layout, HallRack rack) =>
        layout.Nodes.Items.AsSpan().Slice(rack.FirstNode, rack.NodeCount);
}
