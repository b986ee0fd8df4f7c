using System.Numerics;

namespace ControlPlane.Scheduling;

/// <summary>
/// Ready nodes by GPU model and by what is free on them, and free GPUs by topology domain, so that the common
/// decision looks at a few nodes instead of all. A bucket is a bit for each node of the hall.
/// </summary>
internal sealed class FreeIndex
{
    /// <summary>Shared GPUs are sorted by tenths of a GPU: fine enough to skip the full ones, coarse enough to stay small.</summary>
    private const int PartialBuckets = 10;

    private readonly HallShape _shape;
    private readonly int _words;
    private readonly int _wholeBuckets;
    private readonly ulong[] _whole;
    private readonly int[] _wholeCount;
    private readonly ulong[] _partial;
    private readonly int[] _partialCount;
    private readonly int[] _wholeSlot;
    private readonly int[] _partialSlot;
    private readonly int[] _counted;
    private readonly int[][] _domainFree;
    private readonly int _models;

    public FreeIndex(HallShape shape)
    {
        _shape = shape;
        var nodes = shape.Gpus.Length;
        _words = (nodes + 63) / 64;
        _models = shape.Layout.GpuModels.Count + 1;
        _wholeBuckets = shape.MostGpus + 1;
        _whole = new ulong[_models * _wholeBuckets * _words];
        _wholeCount = new int[_models * _wholeBuckets];
        _partial = new ulong[_models * PartialBuckets * _words];
        _partialCount = new int[_models * PartialBuckets];
        (_wholeSlot, _partialSlot, _counted) = (new int[nodes], new int[nodes], new int[nodes]);
        Array.Fill(_wholeSlot, -1);
        Array.Fill(_partialSlot, -1);
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
        Move(_whole, _wholeCount, _wholeSlot, node, ready ? model * _wholeBuckets + whole : -1);
        var partial = ready ? nodes.PartialFree[node] : 0;
        Move(_partial, _partialCount, _partialSlot, node, partial > 0 ? model * PartialBuckets + partial / 100 : -1);
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
    public int NextWhole(int model, int free, int from) =>
        Next(_whole, _wholeCount, (model + 1) * _wholeBuckets + free, from);

    /// <summary>The first node at or after <paramref name="from"/> whose emptiest shared GPU is in this tenth, or -1.</summary>
    public int NextPartial(int model, int tenth, int from) =>
        Next(_partial, _partialCount, (model + 1) * PartialBuckets + tenth, from);

    public void CopyFrom(FreeIndex other)
    {
        other._whole.CopyTo(_whole, 0);
        other._wholeCount.CopyTo(_wholeCount, 0);
        other._partial.CopyTo(_partial, 0);
        other._partialCount.CopyTo(_partialCount, 0);
        other._wholeSlot.CopyTo(_wholeSlot, 0);
        other._partialSlot.CopyTo(_partialSlot, 0);
        other._counted.CopyTo(_counted, 0);
        for (var level = 0; level < _domainFree.Length; level++)
            other._domainFree[level].CopyTo(_domainFree[level], 0);
        FreeGpus = other.FreeGpus;
    }

    /// <summary>True when both index the same free GPUs in the same buckets.</summary>
    public bool SameAs(FreeIndex other) =>
        FreeGpus == other.FreeGpus
        && _whole.AsSpan().SequenceEqual(other._whole)
        && _partial.AsSpan().SequenceEqual(other._partial)
        && _wholeCount.AsSpan().SequenceEqual(other._wholeCount)
        && _partialCount.AsSpan().SequenceEqual(other._partialCount)
        && _domainFree.Zip(other._domainFree).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private void Move(ulong[] bits, int[] counts, int[] slots, int node, int slot)
    {
        var old = slots[node];
        if (old == slot)
            return;
        var (word, bit) = (node >> 6, 1UL << (node & 63));
        if (old >= 0)
        {
            bits[old * _words + word] &= ~bit;
            counts[old]--;
        }
        if (slot >= 0)
        {
            bits[slot * _words + word] |= bit;
            counts[slot]++;
        }
        slots[node] = slot;
    }

    private int Next(ulong[] bits, int[] counts, int slot, int from)
    {
        if (counts[slot] == 0 || from >= _shape.Gpus.Length)
            return -1;
        var start = slot * _words;
        var word = from >> 6;
        var rest = bits[start + word] & (ulong.MaxValue << (from & 63));
        while (rest == 0)
        {
            if (++word == _words)
                return -1;
            rest = bits[start + word];
        }
        return (word << 6) + BitOperations.TrailingZeroCount(rest);
    }
}
