using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>How many tasks of one job each domain has, for the levels at which the job limits them, and the only nodes that it may go to.</summary>
internal sealed class DomainQuotas
{
    private readonly HallShape _shape;
    private readonly ValueList<DomainLimit> _limits;
    private readonly int[][] _taken;

    // The nodes by index that the job names; null when it names none.
    private readonly HashSet<int>? _only;

    private DomainQuotas(HallShape shape, TopologyRequest topology)
    {
        (_shape, _limits) = (shape, topology.AtMost);
        var limits = _limits;
        _only = topology.Nodes.Count == 0 ? null : [.. Enumerable.Range(0, shape.Layout.Nodes.Count).Where(node => topology.Nodes.Contains(shape.Layout.Nodes[node].Id))];
        _taken = [.. limits.Select(limit => new int[shape.Domains[(int)limit.Level].Count])];
    }

    /// <summary>The job's limits with nothing placed yet, or null when it has none.</summary>
    public static DomainQuotas? Of(HallShape shape, JobSpec spec) =>
        spec.Topology is { AtMost.Count: 0, Nodes.Count: 0 } ? null : new DomainQuotas(shape, spec.Topology);

    /// <summary>How many more tasks the node may take.</summary>
    public int Room(int node)
    {
        if (_only is not null && !_only.Contains(node))
            return 0;
        var room = int.MaxValue;
        for (var index = 0; index < _limits.Count; index++)
        {
            var domain = _shape.Domains[(int)_limits[index].Level].OfNode[node];
            if (domain >= 0)
                room = Math.Min(room, Math.Max(0, _limits[index].Tasks - _taken[index][domain]));
        }
        return room;
    }

    /// <summary>Counts tasks that were placed on a node (positive) or taken back (negative).</summary>
    public void Add(int node, int tasks)
    {
        for (var index = 0; index < _limits.Count; index++)
        {
            var domain = _shape.Domains[(int)_limits[index].Level].OfNode[node];
            if (domain >= 0)
                _taken[index][domain] += tasks;
        }
    }

    /// <summary>The most tasks that the nodes of a domain may take together.</summary>
    public long Most(TopologyLevel level, int domain)
    {
        if (_only is not null && !_shape.Domains[(int)level].Nodes[domain].Any(_only.Contains))
            return 0;
        var most = long.MaxValue;
        foreach (var limit in _limits)
        {
            var map = _shape.Domains[(int)limit.Level].OfNode;
            var inside = _shape.Domains[(int)level].Nodes[domain].Select(node => map[node]).Where(one => one >= 0).Distinct().Count();
            most = Math.Min(most, inside * (long)limit.Tasks);
        }
        return most;
    }
}
