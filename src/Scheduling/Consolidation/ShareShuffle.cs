using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>Says which shares move so that each of a few GPUs gets the content meant for it.</summary>
internal sealed class ShareShuffle
{
    private readonly HallState _state;
    private readonly SharedGpu[] _gpus;
    private readonly List<char>[] _wanted;
    private readonly Dictionary<int, (int Cpu, long Memory)> _free = [];

    private ShareShuffle(HallState state, SharedGpu[] gpus, string[] contents)
    {
        (_state, _gpus) = (state, gpus);
        _wanted = [.. contents.Select(content => content.ToList())];
        foreach (var gpu in gpus)
            _free[gpu.Node] = (state.Nodes.CpuFree[gpu.Node], state.Nodes.MemoryFree[gpu.Node]);
    }

    /// <summary>How many of the GPU's shares stay when it gets the content.</summary>
    public static int Staying(SharedGpu gpu, string content)
    {
        var wanted = content.ToList();
        return gpu.Shares.Count(share => wanted.Remove((char)share.Demand.Milli));
    }

    /// <summary>The moves, each to a node that bears it; null when CPU, memory or models stand against it.</summary>
    /// <param name="state">The hall.</param>
    /// <param name="gpus">The GPUs.</param>
    /// <param name="contents">What each is to get; together the shares that they hold now.</param>
    public static ValueList<JobMove>? Moves(HallState state, SharedGpu[] gpus, string[] contents)
    {
        var shuffle = new ShareShuffle(state, gpus, contents);
        var moves = new List<JobMove>();
        foreach (var share in shuffle.Leaving().OrderByDescending(share => share.Demand.Cpu).ThenByDescending(share => share.Demand.Memory))
        {
            if (shuffle.Moved(share) is not { } move)
                return null;
            moves.Add(move);
        }
        return moves.ToValueList();
    }

    // Who does not stay, in the order of the GPUs; the nodes then have back what they need.
    private List<Share> Leaving()
    {
        var leaving = new List<Share>();
        for (var at = 0; at < _gpus.Length; at++)
            leaving.AddRange(_gpus[at].Shares.Where(share => !_wanted[at].Remove((char)share.Demand.Milli)));
        foreach (var share in leaving)
            Give(share.Node, share.Demand, 1);
        return leaving;
    }

    // To the node with most free CPU of those that want such a share.
    private JobMove? Moved(Share share)
    {
        var best = -1;
        for (var at = 0; at < _gpus.Length; at++)
        {
            if (Fits(share.Demand, at) && (best < 0 || _free[_gpus[at].Node].Cpu > _free[_gpus[best].Node].Cpu))
                best = at;
        }
        if (best < 0)
            return null;
        var node = _gpus[best].Node;
        _wanted[best].Remove((char)share.Demand.Milli);
        Give(node, share.Demand, -1);
        var where = new Candidate(node, _gpus[best].Gpu - _state.Shape.FirstGpu[node], []);
        var from = _state.AssignmentOf(share.Job)!;
        var to = Placer.TaskOn(_state, share.Demand, from.Tasks[0].Task, where);
        return new JobMove(share.Job, from, new Assignment([to]) { PowerPercent = from.PowerPercent });
    }

    private bool Fits(TaskDemand demand, int at)
    {
        var (cpu, memory) = _free[_gpus[at].Node];
        return _wanted[at].Contains((char)demand.Milli) && cpu >= demand.Cpu && memory >= demand.Memory
            && demand.Allowed[_state.Shape.Model[_gpus[at].Node] + 1];
    }

    private void Give(int node, TaskDemand demand, int sign) =>
        _free[node] = (_free[node].Cpu + sign * demand.Cpu, _free[node].Memory + sign * demand.Memory);
}
