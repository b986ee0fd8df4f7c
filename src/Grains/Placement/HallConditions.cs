using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// What is out of order, by name: it outlives every layout. A node's condition has five sides, of which none lifts another:
/// its own, which operators set; its rack's; what health says; whether its rack is too hot; and whether its agent is heard.
/// The worst holds.
/// </summary>
internal sealed class HallConditions
{
    private readonly Dictionary<NodeId, NodeCondition> _nodes = [];
    private readonly Dictionary<RackId, RackState> _racks = [];
    private readonly Dictionary<NodeId, string> _health = [];
    private readonly HashSet<NodeId> _drained = [];
    private readonly Dictionary<RackId, string> _hot = [];
    private readonly HashSet<NodeId> _lost = [];
    private readonly SortedDictionary<CoolingLoopId, DateTimeOffset> _lostLoops = new(Comparer<CoolingLoopId>.Create((one, other) => string.CompareOrdinal(one.Value, other.Value)));
    private readonly HashSet<GpuId> _failedGpus = [];
    private readonly Dictionary<LinkId, string> _downLinks = [];

    /// <summary>True when the GPU is known to have failed.</summary>
    public bool IsFailed(GpuId gpu) => _failedGpus.Contains(gpu);

    public void Set(NodeConditionChanged changed, HallNames names, HallState state)
    {
        Keep(_nodes, changed.Node, changed.Condition, changed.Condition != NodeCondition.Ready);
        Settle(changed.Node, names, state);
    }

    public void Set(RackConditionChanged changed, HallNames names, HallState state)
    {
        Keep(_racks, changed.Rack, changed.State, changed.State != RackState.Ready);
        Settle(changed.Rack, names, state);
    }

    public void Set(NodeHealthChanged changed, HallNames names, HallState state)
    {
        Keep(_health, changed.Node, changed.Alerts, changed.Alerts.Length > 0);
        if (changed.Drains && changed.Alerts.Length > 0)
            _drained.Add(changed.Node);
        else
            _drained.Remove(changed.Node);
        Settle(changed.Node, names, state);
    }

    public void Set(NodeReachChanged changed, HallNames names, HallState state)
    {
        if (changed.IsLost)
            _lost.Add(changed.Node);
        else
            _lost.Remove(changed.Node);
        Settle(changed.Node, names, state);
    }

    /// <summary>True while a node counts as failed because its agent is not heard.</summary>
    public bool IsLost(NodeId node) => _lost.Contains(node);

    public void Set(RackHeatChanged changed, HallNames names, HallState state)
    {
        Keep(_hot, changed.Rack, changed.Because, changed.Because.Length > 0);
        Settle(changed.Rack, names, state);
    }

    public void Set(LoopChanged changed, HallNames names, HallState state)
    {
        Keep(_lostLoops, changed.Loop, changed.At, changed.IsLost);
        SettleLoop(changed.Loop, names, state);
    }

    /// <summary>Loops that carry no heat, by name, with the time since when.</summary>
    public IReadOnlyDictionary<CoolingLoopId, DateTimeOffset> LostLoops => _lostLoops;

    /// <summary>Since when a loop carries no heat; null while it does.</summary>
    public DateTimeOffset? LostSince(CoolingLoopId loop) => _lostLoops.TryGetValue(loop, out var since) ? since : null;

    /// <summary>Why a rack is too hot for more work; null when it is not.</summary>
    public string? WhyHot(RackId rack) => _hot.GetValueOrDefault(rack);

    /// <summary>Why a link is out of use, which may be empty; null while it is in use.</summary>
    public string? WhyDown(LinkId link) => _downLinks.GetValueOrDefault(link);

    /// <summary>What was set for a rack as a whole.</summary>
    public RackState StateOf(RackId rack) => _racks.GetValueOrDefault(rack);

    /// <summary>The alerts for which health keeps new work off a node; empty when it does not.</summary>
    public string AlertsOf(NodeId node) => _health.GetValueOrDefault(node, "");

    /// <summary>True while health has a node emptied.</summary>
    public bool IsDrainedByHealth(NodeId node) => _drained.Contains(node);

    /// <summary>Nodes that health keeps new work off, by name, with the alerts.</summary>
    public IEnumerable<KeyValuePair<NodeId, string>> KeptOffByHealth => _health.OrderBy(node => node.Key.Value, StringComparer.Ordinal);

    /// <summary>Everything that keeps new work off a node, as a clause for each side; empty when nothing does.</summary>
    public string Obstacles(NodeId node, RackId rack)
    {
        var sides = new List<string>();
        if (_nodes.TryGetValue(node, out var own))
            sides.Add($"the node is {Word(own)}");
        if (_racks.TryGetValue(rack, out var state))
            sides.Add($"rack {rack} is {Word(state)}");
        if (_hot.TryGetValue(rack, out var heat))
            sides.Add($"rack {rack} is hot: {heat}");
        if (_lost.Contains(node))
            sides.Add("its agent is not heard");
        if (_health.TryGetValue(node, out var alerts))
            sides.Add($"health {(_drained.Contains(node) ? "has it emptied" : "prevents it")}: {alerts}");
        return string.Join("; ", sides);
    }

    private static string Word(Enum value) => value.ToString().ToLowerInvariant();

    private void Settle(RackId rack, HallNames names, HallState state)
    {
        if (!names.Racks.TryGetValue(rack, out var index))
            return;
        var facts = names.Layout.Racks[index];
        for (var node = facts.FirstNode; node < facts.FirstNode + facts.NodeCount; node++)
            Settle(names.Layout.Nodes[node].Id, names, state);
    }

    private void Settle(NodeId node, HallNames names, HallState state)
    {
        if (!names.Nodes.TryGetValue(node, out var index))
            return;
        var rack = names.Layout.Racks[names.Layout.Nodes[index].Rack].Id;
        var reach = _lost.Contains(node) ? NodeCondition.Failed : NodeCondition.Ready;
        var avoided = _health.ContainsKey(node) || _hot.ContainsKey(rack) ? NodeCondition.Cordoned : NodeCondition.Ready;
        avoided = avoided.OrWorse(_drained.Contains(node) ? NodeCondition.Draining : NodeCondition.Ready);
        // A test may look at what only health keeps closed, or what is being accepted; never past an operator, heat or silence.
        var openToTests = !_nodes.ContainsKey(node) && (StateOf(rack) is RackState.Ready or RackState.Validating) && !_hot.ContainsKey(rack) && !_lost.Contains(node);
        state.SetNodeCondition(index, _nodes.GetValueOrDefault(node).OrWorse(StateOf(rack).Condition()).OrWorse(avoided).OrWorse(reach), openToTests);
    }

    private void SettleLoop(CoolingLoopId loop, HallNames names, HallState state)
    {
        if (names.Loops.TryGetValue(loop, out var index))
            state.SetCoolingCapacity(index, _lostLoops.ContainsKey(loop) ? Domain.Units.Watts.Zero : names.Layout.CoolingLoops[index].Capacity);
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
        Keep(_downLinks, changed.Link, changed.Because, !changed.Up);
        if (names.Links.TryGetValue(changed.Link, out var index))
            state.SetLinkUp(index, changed.Up);
    }

    /// <summary>Puts all of it into a state that was made anew.</summary>
    public void PutInto(HallState state, HallNames names)
    {
        foreach (var node in _nodes.Keys.Concat(_health.Keys).Concat(_lost))
            Settle(node, names, state);
        foreach (var rack in _racks.Keys.Concat(_hot.Keys))
            Settle(rack, names, state);
        foreach (var loop in _lostLoops.Keys)
            SettleLoop(loop, names, state);
        foreach (var gpu in _failedGpus.Where(names.Gpus.ContainsKey))
            state.SetGpuFailed(names.Gpus[gpu].Node, names.Gpus[gpu].Gpu, true);
        foreach (var link in _downLinks.Keys.Where(names.Links.ContainsKey))
            state.SetLinkUp(names.Links[link], false);
    }

    public void AddTo(HallSnapshotRow row)
    {
        row.Conditions = new(_nodes);
        row.Racks = new(_racks);
        row.Health = new(_health);
        row.DrainedByHealth = [.. _drained];
        row.Hot = new(_hot);
        row.LostNodes = [.. _lost];
        row.LostLoops = new(_lostLoops);
        row.FailedGpus = [.. _failedGpus];
        row.DownLinks = [.. _downLinks.Keys];
        row.LinkReasons = new(_downLinks);
    }

    public void TakeFrom(HallSnapshotRow row)
    {
        Take(row.Conditions, _nodes);
        Take(row.Racks, _racks);
        Take(row.Health, _health);
        Take(row.Hot, _hot);
        Take(row.LostLoops, _lostLoops);
        _drained.UnionWith(row.DrainedByHealth);
        _lost.UnionWith(row.LostNodes);
        _failedGpus.UnionWith(row.FailedGpus);
        foreach (var link in row.DownLinks)
            _downLinks[link] = row.LinkReasons.GetValueOrDefault(link, "");
    }

    private static void Keep<TKey, TValue>(IDictionary<TKey, TValue> side, TKey key, TValue value, bool holds)
    {
        if (holds)
            side[key] = value;
        else
            side.Remove(key);
    }

    private static void Take<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> stored, IDictionary<TKey, TValue> side)
    {
        foreach (var (key, value) in stored)
            side[key] = value;
    }
}
