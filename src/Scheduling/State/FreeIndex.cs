namespace ControlPlane.Scheduling;

/// <summary>
/// Ready nodes by GPU model and by what is free on them, and free GPUs by topology domain, so that the common
/// decision looks at a few nodes instead of all.
/// </summary>
internal sealed class FreeIndex
{
    /// <summary>Shared GPUs are sorted by tenths of a GPU: fine enough to skip the full ones, coarse enough to stay small.</summary>
    private const int Tenths = 10;

    private readonly HallShape _shape;
    private readonly int _wholeBuckets;
    private readonly NodeBuckets _whole;
    private readonly NodeBuckets _partial;
    private readonly NodeBuckets _instance;
    private readonly int[] _counted;
    private readonly int[][] _domainFree;
    private readonly int _models;

    public FreeIndex(HallShape shape)
    {
        _shape = shape;
        var nodes = shape.Gpus.Length;
        _models = shape.Layout.GpuModels.Count + 1;
        _wholeBuckets = shape.MostGpus + 1;
        _whole = new NodeBuckets(nodes, _models * _wholeBuckets);
        _partial = new NodeBuckets(nodes, _models * Tenths);
        _instance = new NodeBuckets(nodes, _models * Tenths);
        _counted = new int[nodes];
        _domainFree = [.. shape.Domains.Select(map => new int[map.Count * _models])];
    }

    /// <summary>Wholly free GPUs on ready nodes of the hall.</summary>
    public int FreeGpus { get; private set; }

    /// <summary>Wholly free GPUs of a model on ready nodes of a domain.</summary>
    public int FreeIn(int level, int domain, int model) => _domainFree[level][domain * _models + model + 1];

    public void Update(int node, NodeLedger nodes)
    {
        var ready = nodes.Condition[node] == NodeCondition.Ready;
        var model = _shape.Model[node] + 1;
        var whole = ready ? nodes.WholeFree[node] : 0;
        _whole.Move(node, ready ? model * _wholeBuckets + whole : -1);
        var partial = ready ? nodes.PartialFree[node] : 0;
        _partial.Move(node, partial > 0 ? model * Tenths + partial / 100 : -1);
        var instance = ready ? nodes.InstanceFree[node] : 0;
        _instance.Move(node, instance > 0 ? model * Tenths + instance / 100 : -1);
        var change = whole - _counted[node];
        if (change == 0)
            return;
        _counted[node] = whole;
        FreeGpus += change;
        for (var level = 0; level < _domainFree.Length; level++)
        {
            var domain = _shape.Domains[level].OfNode[node];
            if (domain >= 0)
                _domainFree[level][domain * _models + model] += change;
        }
    }

    /// <summary>The first node at or after <paramref name="from"/> with exactly this many wholly free GPUs, or -1.</summary>
    public int NextWhole(int model, int free, int from) => _whole.Next((model + 1) * _wholeBuckets + free, from);

    /// <summary>The first node at or after <paramref name="from"/> whose emptiest shared GPU is in this tenth, or -1.</summary>
    public int NextPartial(int model, int tenth, int from) => _partial.Next((model + 1) * Tenths + tenth, from);

    /// <summary>As <see cref="NextPartial"/>, for GPUs that hold MIG instances.</summary>
    public int NextInstance(int model, int tenth, int from) => _instance.Next((model + 1) * Tenths + tenth, from);

    public void CopyFrom(FreeIndex other)
    {
        _whole.CopyFrom(other._whole);
        _partial.CopyFrom(other._partial);
        _instance.CopyFrom(other._instance);
        other._counted.CopyTo(_counted, 0);
        for (var level = 0; level < _domainFree.Length; level++)
            other._domainFree[level].CopyTo(_domainFree[level], 0);
        FreeGpus = other.FreeGpus;
    }

    /// <summary>True when both index the same free GPUs in the same buckets.</summary>
    public bool SameAs(FreeIndex other) =>
        FreeGpus == other.FreeGpus
        && _whole.SameAs(other._whole) && _partial.SameAs(other._partial) && _instance.SameAs(other._instance)
        && _domainFree.Zip(other._domainFree).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
}
