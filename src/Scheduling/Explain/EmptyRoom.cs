using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>How many tasks of one group an empty, healthy hall at its rated limits would hold, counted step by step.</summary>
internal sealed class EmptyRoom
{
    /// <summary>What each step adds to the ones before it.</summary>
    public static readonly ReasonCode[] Steps =
    [
        ReasonCode.NoSuchModel, ReasonCode.NoSimulatedDevice, ReasonCode.NoKernelDevice,
        ReasonCode.GpusShort, ReasonCode.CpuShort, ReasonCode.MemoryShort, ReasonCode.PowerShort, ReasonCode.HeatShort,
    ];

    private readonly HallState _state;
    private readonly TaskDemand _task;
    private readonly long[] _powerLeft;
    private readonly long[] _heatLeft;
    private (int Rack, int Model, bool Heat) _lastKey = (-1, -1, false);
    private int _lastRoom;

    public EmptyRoom(HallState state, TaskDemand task)
    {
        (_state, _task) = (state, task);
        var empty = state.Shape.StandingPower;
        _powerLeft = new long[empty.Committed.Length];
        var limit = new long[_powerLeft.Length];
        for (var domain = 0; domain < limit.Length; domain++)
            limit[domain] = Math.Max(empty.Limit[domain], state.Power.Limit[domain]);
        for (var domain = 0; domain < limit.Length; domain++)
            _powerLeft[domain] = PowerLedger.HeadroomOf(state.Shape.Failures, limit, empty.Committed, domain);
        _heatLeft = new long[empty.Heat.Length];
        for (var loop = 0; loop < _heatLeft.Length; loop++)
            _heatLeft[loop] = Math.Max(empty.HeatCapacity[loop], state.Power.HeatCapacity[loop]) - empty.Heat[loop];
    }

    /// <summary>Tasks that the hall holds under the steps up to this one; counted no further than the group needs.</summary>
    public long InHall(int step)
    {
        var total = 0L;
        foreach (var (first, count) in _state.Shape.Runs)
        {
            total += (long)OnNode(first, step) * count;
            if (total >= _task.Count)
                break;
        }
        return total;
    }

    /// <summary>Tasks that each domain holds under all steps.</summary>
    public long[] InDomains(DomainMap map)
    {
        var held = new long[map.Count];
        foreach (var (first, count) in _state.Shape.Runs)
        {
            var room = OnNode(first, Steps.Length - 1);
            if (room == 0)
                continue;
            for (var node = first; node < first + count; node++)
            {
                if (map.OfNode[node] >= 0)
                    held[map.OfNode[node]] += room;
            }
        }
        return held;
    }

    public Reason Reason(int step, string group, long total)
    {
        var code = Steps[step] == ReasonCode.GpusShort && _task.IsInstance ? ReasonCode.InstancesShort : Steps[step];
        return code is ReasonCode.PowerShort or ReasonCode.HeatShort
            ? new Reason(code, Tightest(code), _task.Count, total, "tasks", [], 0)
            : new Reason(code, group, _task.Count, total, "tasks", [], 0);
    }

    private int OnNode(int node, int step)
    {
        var shape = _state.Shape;
        var model = shape.Model[node];
        var fits = _task.Allowed[model + 1]
            && (step < 1 || NodeRules.Simulated.Room(_state, node, _task) > 0)
            && (step < 2 || NodeRules.Kernel.Room(_state, node, _task) > 0);
        if (!fits)
            return 0;
        var room = int.MaxValue;
        if (step >= 3 && _task.NeedsGpu)
            room = _task.IsShare ? shape.Gpus[node] * _task.PerGpuOf(model) : shape.Gpus[node] / _task.Gpus;
        if (step >= 4 && _task.Cpu > 0)
            room = Math.Min(room, shape.Cpu[node] / _task.Cpu);
        if (step >= 5 && _task.Memory > 0)
            room = (int)Math.Min(room, shape.Memory[node] / _task.Memory);
        if (step >= 6 && _task.NeedsGpu && room > 0)
            room = Math.Min(room, UnderLimits(node, model, step >= 7));
        return Math.Min(room, _task.Count);
    }

    // Nodes of a rack stand together, so the last answer often holds for the next node.
    private int UnderLimits(int node, int model, bool heat)
    {
        var key = (_state.Shape.Rack[node], model, heat);
        if (_lastKey != key)
            (_lastKey, _lastRoom) = (key, ComputeUnderLimits(key.Item1, model, heat));
        return _lastRoom;
    }

    // Each rack alone against every limit above it: an upper bound of what all racks can do together.
    private int ComputeUnderLimits(int rack, int model, bool heat)
    {
        var lease = _state.Shape.LeaseOf(model, _task.Percent);
        if (lease == 0)
            return int.MaxValue;
        var gpus = (long)int.MaxValue;
        foreach (var domain in _state.Shape.PowerPath[rack])
            gpus = Math.Min(gpus, Math.Max(0, _powerLeft[domain]) / lease);
        if (heat)
        {
            foreach (var (loop, share) in _state.Layout.Racks[rack].Cooling)
            {
                // Two milliwatts of slack cover the rounding of parts.
                if (share > 0)
                    gpus = Math.Min(gpus, (long)((Math.Max(0, _heatLeft[loop]) + 2) / (lease * share)));
            }
        }
        return (int)Math.Min(int.MaxValue, _task.IsShare ? gpus * _task.PerGpuOf(model) : gpus / _task.Gpus);
    }

    private string Tightest(ReasonCode code)
    {
        var left = code == ReasonCode.PowerShort ? _powerLeft : _heatLeft;
        var least = Array.IndexOf(left, left.Min());
        return code == ReasonCode.PowerShort
            ? _state.Layout.PowerDomains[least].Id.Value
            : _state.Layout.CoolingLoops[least].Id.Value;
    }
}
