using ControlPlane.Domain;
using ControlPlane.Grains.Links;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>What fails, is taken out of use and comes back: nodes, racks, GPUs, trunks.</summary>
internal sealed partial class PlacementGrain
{
    private readonly Dictionary<LinkId, LinkReading> _readings = [];
    private HallStragglers? _stragglers;

    public async Task<ConditionAnswer> SetNodeCondition(NodeId node, NodeCondition condition)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Nodes.ContainsKey(node))
            return Unknown(node);
        _decisions.SetCondition(node, condition);
        return await Done(Condition(node));
    }

    public async Task<ConditionAnswer> SetNodeHealth(NodeId node, string alerts, string message, bool drains)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Nodes.ContainsKey(node))
            return Unknown(node);
        if (_book.Conditions.AlertsOf(node) != alerts || _book.Conditions.IsDrainedByHealth(node) != drains)
            _decisions.SetHealth(node, alerts, message, drains);
        return await Done(Condition(node));
    }

    public async Task<ConditionAnswer> ConditionOf(NodeId node)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Nodes.ContainsKey(node))
            return Unknown(node);
        var known = Condition(node);
        await Durable();
        return known;
    }

    public async Task<string?> SetLoopLost(CoolingLoopId loop, bool isLost, string reason)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Loops.ContainsKey(loop))
            return $"Hall {this.Name()} has no cooling loop {loop}.";
        _cooling.Set(loop, isLost, reason);
        return await Done();
    }

    public async Task<ConditionAnswer> SetRackState(RackId rack, RackState state, string reason)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Racks.TryGetValue(rack, out var index))
            return new ConditionAnswer($"Hall {this.Name()} has no rack {rack}.", NodeCondition.Ready, "");
        if (_book.Conditions.StateOf(rack) != state)
            _decisions.SetRack(rack, state, reason);
        var facts = _book.Names.Layout.Racks[index];
        var closed = Enumerable.Range(facts.FirstNode, facts.NodeCount).Count(node => _book.State!.ConditionOf(node) != NodeCondition.Ready);
        var note = state == RackState.Ready && closed > 0 ? $"{closed} of {facts.NodeCount} nodes still take nothing new: describe Rack says why." : "";
        return await Done(new ConditionAnswer(null, state.Condition(), note));
    }

    public async Task<string?> SetGpuFailed(GpuId gpu, bool failed)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Gpus.ContainsKey(gpu))
            return $"Hall {this.Name()} has no GPU {gpu}.";
        if (failed)
            _decisions.FailGpu(gpu);
        else
            Record(new GpuConditionChanged(_book.Sequence + 1, clock.GetUtcNow(), gpu, false));
        return await Done();
    }

    public async Task<string?> RestartWork(GpuId gpu, string because)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Gpus.ContainsKey(gpu))
            return $"Hall {this.Name()} has no GPU {gpu}.";
        _decisions.RestartWork(gpu, because);
        return await Done();
    }

    public Task<GpuPlace?> PlaceOf(GpuId gpu)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Gpus.TryGetValue(gpu, out var place))
            return Task.FromResult<GpuPlace?>(null);
        var layout = _book.Names.Layout;
        return Task.FromResult<GpuPlace?>(new GpuPlace(layout.Nodes[place.Node].Id, layout.Nodes[place.Node].Gpus, layout.GpuCount, layout.Racks[layout.Nodes[place.Node].Rack].Simulated));
    }

    public Task<ValueList<IdleNode>> IdleNodes()
    {
        ThrowIfPoisoned();
        var (layout, state) = (_book.Names.Layout, _book.State!);
        return Task.FromResult(Enumerable.Range(0, layout.Nodes.Count)
            .Where(node => !layout.Racks[layout.Nodes[node].Rack].Simulated && layout.Nodes[node].Gpus > 0 && state.ConditionOf(node) == Scheduling.NodeCondition.Ready)
            .Where(node => Enumerable.Range(0, layout.Nodes[node].Gpus).All(gpu => !state.IsGpuFailed(node, gpu) && state.FreeGpuMilli(node)[gpu] == 1000))
            .Select(node => new IdleNode(layout.Nodes[node].Id, layout.Nodes[node].Gpus)).ToValueList());
    }

    public async Task<string?> SetLinkUp(LinkId link, bool up, string because)
    {
        ThrowIfPoisoned();
        if (!_book.Names.Links.TryGetValue(link, out var index))
            return $"Hall {this.Name()} has no link {link}.";
        if (_book.State!.IsLinkUp(index) != up || (!up && _book.Conditions.WhyDown(link) != because))
            _decisions.SetLink(link, up, because);
        return await Done();
    }

    public Task ObserveLink(LinkId link, LinkReading reading)
    {
        _readings[link] = reading;
        return Task.CompletedTask;
    }

    public async Task<StepAnswer> ObserveSteps(JobId job, ValueList<RankTime> times)
    {
        ThrowIfPoisoned();
        _stragglers ??= new HallStragglers(_book, clock.GetUtcNow, Record);
        var objection = _stragglers.Hear(job, times);
        var known = _book.Jobs.GetValueOrDefault(job);
        await Durable();
        return new StepAnswer(objection, known?.SlowRanks ?? [], known?.Slow ?? "");
    }

    private ConditionAnswer Unknown(NodeId node) => new($"Hall {this.Name()} has no node {node}.", NodeCondition.Ready, "");

    private ConditionAnswer Condition(NodeId node) =>
        new(null, _book.State!.ConditionOf(_book.Names.Nodes[node]), ConditionText.Obstacles(node, _book));

    private async Task<ConditionAnswer> Done(ConditionAnswer answer)
    {
        await Done();
        return answer;
    }

    /// <summary>Names nodes that health keeps new work off, for whoever asks why a job waits; empty when there are none.</summary>
    private string KeptOffByHealth()
    {
        const int Shown = 3;
        var nodes = _book.Conditions.KeptOffByHealth.Where(node => _book.Names.Nodes.ContainsKey(node.Key)).ToList();
        var more = nodes.Count > Shown ? $" and {nodes.Count - Shown} more" : "";
        return nodes.Count == 0 ? "" : $" Health keeps new work off {string.Join(", ", nodes.Take(Shown).Select(node => $"{node.Key} ({node.Value})"))}{more}.";
    }

    /// <summary>Why nodes of a rack take nothing new; empty when all do.</summary>
    private string ClosedNodes(int rack)
    {
        var closed = HallViews.ClosedNodes(_book, _book.Names.Layout.Racks[rack]);
        return closed.Count == 0 ? "" : $" {closed.Count} nodes take nothing new, such as {closed[0].Node}: {closed[0].Because}.";
    }

    private HallView WithLinks(HallView view) => view with
    {
        Links = view.Links.Select(link => link with
        {
            Because = _book.Conditions.WhyDown(link.Link) ?? "",
            Reading = _readings.GetValueOrDefault(link.Link)?.At(clock.GetUtcNow()),
        }).ToValueList(),
    };
}
