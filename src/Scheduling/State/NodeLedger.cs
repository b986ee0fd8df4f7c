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
        GpuSlots = new byte[GpuFree.Length];
        CpuFree = (int[])shape.Cpu.Clone();
        MemoryFree = (long[])shape.Memory.Clone();
        Condition = new NodeCondition[count];
        OpenToTests = new bool[count];
        WholeFree = new int[count];
        PartialFree = new int[count];
        InstanceFree = new int[count];
        MilliFree = new int[count];
        Kinds = new int[count * (shape.MostGpus + 1)];
        Version = new long[count];
        for (var node = 0; node < count; node++)
            Recount(node);
    }

    /// <summary>Free thousandths of each GPU, leases only: a failed GPU keeps its figure.</summary>
    public int[] GpuFree { get; }

    public bool[] GpuFailed { get; }

    /// <summary>Memory slices of each GPU that MIG instances hold; while there are any, the GPU takes nothing else.</summary>
    public byte[] GpuSlots { get; }

    public int[] CpuFree { get; }

    public long[] MemoryFree { get; }

    public NodeCondition[] Condition { get; }

    /// <summary>Where a cordoned node takes tests of itself.</summary>
    public bool[] OpenToTests { get; }

    /// <summary>Healthy GPUs of each node that nobody holds.</summary>
    public int[] WholeFree { get; }

    /// <summary>Free thousandths of the emptiest healthy GPU of each node that is shared already, MIG instances aside.</summary>
    public int[] PartialFree { get; }

    /// <summary>Free thousandths of the emptiest healthy GPU of each node that holds MIG instances.</summary>
    public int[] InstanceFree { get; }

    /// <summary>Free thousandths of all healthy GPUs of each node.</summary>
    public int[] MilliFree { get; }

    /// <summary>How many tasks of each kind a node runs: kind 0 shares a GPU, kind k holds k whole GPUs.</summary>
    public int[] Kinds { get; }

    /// <summary>Changes at every change of the node, so that what was computed from it can be told stale.</summary>
    public long[] Version { get; }

    public void Take(TaskPlacement task, int cpu, long memory)
    {
        var (node, gpus) = (task.Node, task.Gpus.Items);
        CpuFree[node] -= cpu;
        MemoryFree[node] -= memory;
        var slots = task.SlotsOn(_shape.Layout);
        foreach (var gpu in gpus)
        {
            GpuFree[_shape.FirstGpu[node] + gpu] -= task.GpuMilli;
            GpuSlots[_shape.FirstGpu[node] + gpu] |= slots;
        }
        if (gpus.Length > 0)
            Kinds[KindAt(task)]++;
        Recount(node);
    }

    public void Give(TaskPlacement task, int cpu, long memory)
    {
        var (node, gpus) = (task.Node, task.Gpus.Items);
        CpuFree[node] += cpu;
        MemoryFree[node] += memory;
        var slots = task.SlotsOn(_shape.Layout);
        foreach (var gpu in gpus)
        {
            GpuFree[_shape.FirstGpu[node] + gpu] += task.GpuMilli;
            GpuSlots[_shape.FirstGpu[node] + gpu] &= (byte)~slots;
        }
        if (gpus.Length > 0)
            Kinds[KindAt(task)]--;
        Recount(node);
    }

    public void CopyFrom(NodeLedger other)
    {
        other.GpuFree.CopyTo(GpuFree, 0);
        other.GpuFailed.CopyTo(GpuFailed, 0);
        other.GpuSlots.CopyTo(GpuSlots, 0);
        other.CpuFree.CopyTo(CpuFree, 0);
        other.MemoryFree.CopyTo(MemoryFree, 0);
        other.Condition.CopyTo(Condition, 0);
        other.OpenToTests.CopyTo(OpenToTests, 0);
        other.WholeFree.CopyTo(WholeFree, 0);
        other.PartialFree.CopyTo(PartialFree, 0);
        other.InstanceFree.CopyTo(InstanceFree, 0);
        other.MilliFree.CopyTo(MilliFree, 0);
        other.Kinds.CopyTo(Kinds, 0);
        other.Version.CopyTo(Version, 0);
    }

    /// <summary>Recomputes the node's totals from its GPUs.</summary>
    public void Recount(int node)
    {
        var (whole, partial, instance, all) = (0, 0, 0, 0);
        for (var gpu = _shape.FirstGpu[node]; gpu < _shape.FirstGpu[node + 1]; gpu++)
        {
            if (GpuFailed[gpu])
                continue;
            var free = GpuFree[gpu];
            all += free;
            if (free == 1000)
                whole++;
            else if (GpuSlots[gpu] != 0)
                instance = Math.Max(instance, free);
            else if (free > partial)
                partial = free;
        }
        (WholeFree[node], PartialFree[node], InstanceFree[node], MilliFree[node]) = (whole, partial, instance, all);
        Version[node]++;
    }

    private int KindAt(TaskPlacement task) =>
        task.Node * (_shape.MostGpus + 1) + (task.GpuMilli < 1000 || task.Slot >= 0 ? 0 : task.Gpus.Count);
}
