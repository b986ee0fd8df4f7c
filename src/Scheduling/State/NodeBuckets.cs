using System.Numerics;

namespace ControlPlane.Scheduling;

/// <summary>Which bucket each node lies in, or none; a bucket is a bit for each node of the hall.</summary>
internal sealed class NodeBuckets
{
    private readonly int _nodes;
    private readonly int _words;
    private readonly ulong[] _bits;
    private readonly int[] _counts;
    private readonly int[] _bucketOf;

    public NodeBuckets(int nodes, int buckets)
    {
        _nodes = nodes;
        _words = (nodes + 63) / 64;
        _bits = new ulong[buckets * _words];
        _counts = new int[buckets];
        _bucketOf = new int[nodes];
        Array.Fill(_bucketOf, -1);
    }

    /// <summary>Puts a node in a bucket, or in none with -1.</summary>
    public void Move(int node, int bucket)
    {
        var old = _bucketOf[node];
        if (old == bucket)
            return;
        var (word, bit) = (node >> 6, 1UL << (node & 63));
        if (old >= 0)
        {
            _bits[old * _words + word] &= ~bit;
            _counts[old]--;
        }
        if (bucket >= 0)
        {
            _bits[bucket * _words + word] |= bit;
            _counts[bucket]++;
        }
        _bucketOf[node] = bucket;
    }

    /// <summary>The first node of the bucket at or after <paramref name="from"/>, or -1.</summary>
    public int Next(int bucket, int from)
    {
        if (_counts[bucket] == 0 || from >= _nodes)
            return -1;
        var start = bucket * _words;
        var word = from >> 6;
        var rest = _bits[start + word] & (ulong.MaxValue << (from & 63));
        while (rest == 0)
        {
            if (++word == _words)
                return -1;
            rest = _bits[start + word];
        }
        return (word << 6) + BitOperations.TrailingZeroCount(rest);
    }

    public void CopyFrom(NodeBuckets other)
    {
        other._bits.CopyTo(_bits, 0);
        other._counts.CopyTo(_counts, 0);
        other._bucketOf.CopyTo(_bucketOf, 0);
    }

    /// <summary>True when both hold the same nodes in the same buckets.</summary>
    public bool SameAs(NodeBuckets other) =>
        _bits.AsSpan().SequenceEqual(other._bits) && _counts.AsSpan().SequenceEqual(other._counts);
}
