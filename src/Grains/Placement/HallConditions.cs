using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>What is out of order, by name: it outlives every layout.</summary>
internal sealed class HallConditions
{
    private readonly Dictionary<NodeId, NodeCondition> _nodes = [];
    private readonly HashSet<GpuId> _failedGpus = [];
    private readonly HashSet<LinkId> _downLinks = [];

    /// <summary>True when the GPU is known to have failed.</summary>
    public bool IsFailed(GpuId gpu) => _failedGpus.Contains(gpu);

    public void Set(NodeConditionChanged changed, HallNames names, HallState state)
    {
        if (changed.Condition == NodeCondition.Ready)
            _nodes.Remove(changed.Node);
        else
            _nodes[changed.Node] = changed.Condition;
        if (names.Nodes.TryGetValue(changed.Node, out var index))
            state.SetNodeCondition(index, changed.Condition);
    }

    public void Set(GpuConditionChanged changed, HallNames names, HallState state)
    {
        if (changed.Failed)
            _failedGpus.Add(changed.Gpu);
        else
            _failedGpus.Remove(changed.Gpu);
        if (names.Gpus.TryGetValue(changed.Gpu, out var place))
            state.SetGpuFailed(place.Node, place.Gpu, changed.Failed);
    }

    public void Set(LinkChanged changed, HallNames names, HallState state)
    {
        if (changed.Up)
            _downLinks.Remove(changed.Link);
        else
            _downLinks.Add(changed.Link);
        if (names.Links.TryGetValue(changed.Link, out var index))
            state.SetLinkUp(index, changed.Up);
    }

    /// <summary>Puts all of it into a state that was made anew.</summary>
    public void PutInto(HallState state, HallNames names)
    {
        foreach (var (node, condition) in _nodes.Where(pair => names.Nodes.ContainsKey(pair.Key)))
            state.SetNodeCondition(names.Nodes[node], condition);
        foreach (var gpu in _failedGpus.Where(names.Gpus.ContainsKey))
            state.SetGpuFailed(names.Gpus[gpu].Node, names.Gpus[gpu].Gpu, true);
        foreach (var link in _downLinks.Where(names.Links.ContainsKey))
            state.SetLinkUp(names.Links[link], false);
    }

    public void AddTo(HallSnapshotRow row)
    {
        row.Conditions = new(_nodes);
        row.FailedGpus = [.. _failedGpus];
        row.DownLinks = [.. _downLinks];
    }

    public void TakeFrom(HallSnapshotRow row)
    {
        foreach (var (node, condition) in row.Conditions)
            _nodes[node] = condition;
        _failedGpus.UnionWith(row.FailedGpus);
        _downLinks.UnionWith(row.DownLinks);
    }
}
