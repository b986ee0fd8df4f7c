using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>
/// Finds what keeps a gang as a whole out although each of its groups would find nodes: rule after rule is added until
/// the gang does not go in any more, and that rule is what is short.
/// </summary>
internal sealed class GangShortage(HallState state, JobSpec spec, TaskDemand[] demands)
{
    /// <summary>How many domains are looked into: each costs a few fills, and an operator reads no more.</summary>
    private const int MostDomains = Reason.MostDomains;

    /// <summary>Rules up to the free GPUs: with fewer of them there is nothing to put a task on.</summary>
    private static readonly int Least = 1 + Array.FindIndex(NodeRules.All, rule => rule.Code == ReasonCode.GpusShort);

    private readonly HallState _scratch = state.Scratch();

    /// <summary>The reason, or null when the gang goes in under every rule, in another order than the search took.</summary>
    /// <param name="level">The level of which one domain must hold the gang.</param>
    /// <param name="domains">The domains that come into question, the most promising first.</param>
    public Reason? In(TopologyLevel level, IEnumerable<int> domains)
    {
        var map = state.Shape.Domains[(int)level];
        var tried = domains.Take(MostDomains).Select(domain => (Domain: domain, Found: Of(level, map, domain))).ToList();
        if (tried.Count == 0 || tried.Exists(one => one.Found.Reason is null))
            return null;
        // The domain that comes closest says what to cure; the others say whether elsewhere would be easier.
        var closest = tried.MaxBy(one => (one.Found.Rule, one.Found.Placed)).Found.Reason!;
        var sameCause = tried.TrueForAll(one => one.Found.Reason!.Code == closest.Code && one.Found.Reason.Subject == closest.Subject);
        if (tried.Count == 1 || sameCause)
            return closest;
        var asked = demands.Sum(task => task.Count);
        return closest with
        {
            Domains = tried.OrderByDescending(one => one.Found.Placed)
                .Select(one => new DomainRoom(map.NameOf(one.Domain), one.Found.Placed, asked)).ToValueList(),
        };
    }

    private (int Rule, int Placed, Reason? Reason) Of(TopologyLevel level, DomainMap map, int domain)
    {
        var spread = demands.Sum(task => task.Count) > 1 ? state.Shape.SpreadIn(level, domain) : Spread.None;
        foreach (var task in demands)
            task.Spread = spread;
        var nodes = map.Nodes[domain];
        var fill = new RelaxedFill(_scratch, demands);
        var ofNode = NodeRules.OfNode.Length;
        var first = Fits(fill, nodes, ofNode) ? ofNode + 1 : Least;
        for (var rules = first; rules <= NodeRules.All.Length; rules++)
        {
            var fills = fill.Fills(nodes, NodeRules.All[..rules]);
            var found = fills ? null : Why(fill, nodes, rules - 1);
            var placed = fill.Placed.Count;
            fill.TakeBack();
            if (found is not null)
                return (rules, placed, found);
        }
        return (NodeRules.All.Length, 0, null);
    }

    private static bool Fits(RelaxedFill fill, int[] nodes, int rules)
    {
        var fits = fill.Fills(nodes, NodeRules.All[..rules]);
        fill.TakeBack();
        return fits;
    }

    private Reason Why(RelaxedFill fill, int[] nodes, int rule)
    {
        if (NodeRules.OfNode.Contains(NodeRules.All[rule]) || NodeRules.All[rule].Code == ReasonCode.ApartShort)
        {
            var group = spec.Groups[fill.Blocked.Group].Name;
            return new Reason(NodeRules.All[rule].Code, group, fill.Blocked.Count, fill.PlacedOfBlocked, "tasks", [], 0);
        }
        // A group that found its places may have pushed another off its nodes: then it is the one that ran into the limit.
        foreach (var task in demands.OrderBy(task => task == fill.Blocked ? 0 : 1))
        {
            var left = task == fill.Blocked ? task.Count - fill.PlacedOfBlocked : 1;
            int[] kept = [.. nodes.Where(node => KeptOff(node, task))];
            if (kept.Length > 0)
                return new SharedShortage(state, _scratch, fill, task, left, kept).Of(NodeRules.All[rule].Code, spec.Groups[task.Group].Name);
        }
        return new Reason(ReasonCode.NoCombination, spec.Groups[fill.Blocked.Group].Name, 0, 0, "", [], 0);

        bool KeptOff(int node, TaskDemand task) =>
            NodeRules.Room(NodeRules.All[..rule], _scratch, node, task) > 0 && NodeRules.All[rule].Room(_scratch, node, task) == 0;
    }
}
