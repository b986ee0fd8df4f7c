namespace ControlPlane.Scheduling;

/// <summary>What is free on every node, GPU by GPU.</summary>
internal sealed class NodeLedger
{
    private readonly HallShape _shape;

    public NodeLedger(HallShape shape)
    {
        _shape = shape;
        var count = shape.Gpus.Length;
        GpuFree = new int[shape.FirstGpu[count]];
        Array.Fill(GpuFree, 1000);
        GpuFailed = new bool[GpuFree.Length];
        CpuFree = (int[])shape.Cpu.Clone();
        MemoryFree = (long[])shape.Memory.Clone();
        Condition = new NodeCondition[count];
        WholeFree = new int[count];
        PartialFree = new int[count];
        MilliFree = new int[count];
        Kinds = new int[count * (shape.MostGpus + 1)];
        Version = new long[count];
        for (var node = 0; node < count; node++)
            Recount(node);
    }

    /// <summary>Free thousandths of each GPU, leases only: a failed GPU keeps its figure.</summary>
    public int[] GpuFree { get; }

    public bool[] GpuFailed { get; }

    public int[] CpuFree { get; }

    public long[] MemoryFree { get; }

    public NodeCondition[] Condition { get; }

    /// <summary>Healthy GPUs of each node that nobody holds.</summary>
    public int[] WholeFree { get; }

    /// <summary>Free thousandths of the emptiest healthy GPU of each node that is shared already.</summary>
    public int[] PartialFree { get; }

    /// <summary>Free thousandths of all healthy GPUs of each node.</summary>
    public int[] MilliFree { get; }

    /// <summary>How many tasks of each kind a node runs: kind 0 shares a GPU, kind k holds k whole GPUs.</summary>
    public int[] Kinds { get; }

    /// <summary>Changes at every change of the node, so that what was computed from it can be told stale.</summary>
    public long[] Version { get; }

    public void Take(int node, ReadOnlySpan<int> gpus, int milli, int cpu, long memory)
    {
        CpuFree[node] -= cpu;
        MemoryFree[node] -= memory;
        foreach (var gpu in gpus)
            GpuFree[_shape.FirstGpu[node] + gpu] -= milli;
        if (gpus.Length > 0)
            Kinds[KindAt(node, gpus.Length, milli)]++;
        Recount(node);
    }

    public void Give(int node, ReadOnlySpan<int> gpus, int milli, int cpu, long memory)
    {
        CpuFree[node] += cpu;
        MemoryFree[node] += memory;
        foreach (var gpu in gpus)
            GpuFree[_shape.FirstGpu[node] + gpu] += milli;
        if (gpus.Length > 0)
            Kinds[KindAt(node, gpus.Length, milli)]--;
        Recount(node);
    }

    public void CopyFrom(NodeLedger other)
    {
        other.GpuFree.CopyTo(GpuFree, 0);
        other.GpuFailed.CopyTo(GpuFailed, 0);
        other.CpuFree.CopyTo(CpuFree, 0);
        other.MemoryFree.CopyTo(MemoryFree, 0);
        other.Condition.CopyTo(Condition, 0);
        other.WholeFree.CopyTo(WholeFree, 0);
        other.PartialFree.CopyTo(PartialFree, 0);
        other.MilliFree.CopyTo(MilliFree, 0);
        other.Kinds.CopyTo(Kinds, 0);
        other.Version.CopyTo(Version, 0);
    }

    /// <summary>Recomputes the node's totals from its GPUs.</summary>
    public void Recount(int node)
    {
        var (whole, partial, all) = (0, 0, 0);
        for (var gpu = _shape.FirstGpu[node]; gpu < _shape.FirstGpu[node + 1]; gpu++)
        {
            if (GpuFailed[gpu])
                continue;
            var free = GpuFree[gpu];
            all += free;
            if (free == 1000)
                whole++;
            else if (free > partial)
                partial = free;
        }
        (WholeFree[node], PartialFree[node], MilliFree[node]) = (whole, partial, all);
        Version[node]++;
    }

    private int KindAt(int node, int gpus, int milli) =>
        node * (_shape.MostGpus + 1) + (milli < 1000 ? 0 : gpus);
}
