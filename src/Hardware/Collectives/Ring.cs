using System.Numerics;
using System.Runtime.InteropServices;

namespace ControlPlane.Hardware.Collectives;

/// <summary>
/// A rank's place in a connected ring. Its operations block until this rank's part is done and are called by all ranks in
/// the same order. The first fault ends the ring for all: whoever sees it tells its neighbours why. Not thread safe.
/// </summary>
public sealed unsafe class Ring : IDisposable
{
    private const int PieceFloats = RingLink.PieceBytes / sizeof(float);

    private readonly RingLink? _next;
    private readonly RingLink? _before;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _breaking;

    internal Ring(IReadOnlyList<RingMember> members, int rank, RingLink? next, RingLink? before, CancellationToken cancellation)
    {
        (Members, Rank, _next, _before, _cancellation) = (members, rank, next, before, cancellation);
        _breaking = cancellation.Register(() =>
        {
            _next?.Wire.Break();
            _before?.Wire.Break();
        });
    }

    /// <summary>All ranks in order.</summary>
    public IReadOnlyList<RingMember> Members { get; }

    /// <summary>This rank's number, from 0.</summary>
    public int Rank { get; }

    /// <summary>How many ranks there are.</summary>
    public int Size => Members.Count;

    /// <summary>True when what this rank sends goes through shared memory; false over a socket, or nowhere.</summary>
    public bool IsShared => _next is SharedLink;

    /// <summary>
    /// Sums all ranks' floats element by element. Each element is added up in single precision in the order of the ring,
    /// beginning at the rank whose segment it lies in, so every rank gets the same bits, every time.
    /// </summary>
    /// <param name="input">This rank's floats.</param>
    /// <param name="output">Where the sums go; may be the input itself.</param>
    /// <param name="count">How many floats, at least 1.</param>
    public void AllReduce(float* input, float* output, long count) => Guarded(() =>
    {
        if (Size == 1)
            Copy(input, output, count);
        var reducing = Size - 1;
        Turn(2 * reducing, count, step => step == 0 ? input : output, (step, at, piece) =>
        {
            if (step < reducing)
                Add(input + at, piece, output + at);
            else
                piece.CopyTo(new Span<float>(output + at, piece.Length));
        });
    });

    /// <summary>Gives every rank all ranks' segments, in order of rank.</summary>
    /// <param name="input">This rank's segment: elements Rank*count/Size up to (Rank+1)*count/Size of the whole.</param>
    /// <param name="output">Where the whole goes.</param>
    /// <param name="count">Floats of the whole, at least 1.</param>
    public void AllGather(float* input, float* output, long count) => Guarded(() =>
    {
        var (first, length) = Segment(Rank, count);
        Copy(input, output + first, length);
        Turn(Size - 1, count, _ => output, (_, at, piece) => piece.CopyTo(new Span<float>(output + at, piece.Length)));
    });

    /// <summary>Gives every rank the floats of rank 0.</summary>
    /// <param name="input">Rank 0's floats; not read on others.</param>
    /// <param name="output">Where they go.</param>
    /// <param name="count">How many floats, at least 1.</param>
    public void Broadcast(float* input, float* output, long count) => Guarded(() =>
    {
        if (Rank == 0)
            Copy(input, output, count);
        for (long at = 0; at < count; at += PieceFloats)
        {
            var length = (int)Math.Min(PieceFloats, count - at);
            if (Rank > 0)
            {
                Floats(_before!.Receive(length * sizeof(float))).CopyTo(new Span<float>(output + at, length));
                _before.Taken();
            }
            if (Rank < Size - 1)
                _next!.Send(new ReadOnlySpan<byte>(output + at, length * sizeof(float)));
        }
    });

    /// <summary>Returns once every rank has come here.</summary>
    public void Barrier()
    {
        var ones = stackalloc float[Size];
        AllReduce(ones, ones, Size);
    }

    /// <summary>Every rank's number, in order of rank.</summary>
    internal ulong[] Gather(ulong own)
    {
        var all = new ulong[Size];
        fixed (ulong* first = all)
            AllGather((float*)&own, (float*)first, (long)Size * (sizeof(ulong) / sizeof(float)));
        return all;
    }

    /// <summary>True when a rank is from before there were more words: all then do as it does.</summary>
    internal bool IsOlder => Members.Any(member => member.Words == 0);

    /// <summary>Looks after the neighbours while the ring itself rests.</summary>
    internal RingWatch Watch() => new(_next?.Wire, _before?.Wire);

    /// <summary>This rank, for messages.</summary>
    internal string Self => Members[Rank].Called(Rank);

    /// <summary>After so long without a word a peer counts as gone.</summary>
    internal TimeSpan Silence => _next?.Wire.Silence ?? RingLink.Usual;

    /// <summary>Leaves the ring before its end, and tells the neighbours why.</summary>
    public void Leave(string reason)
    {
        _next?.Wire.End(reason);
        _before?.Wire.End(reason);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _breaking.Dispose();
        // Both before either waits for its peer: the peers close theirs in the same order.
        _next?.Wire.Part();
        _before?.Wire.Part();
        _next?.Dispose();
        _before?.Dispose();
    }

    private delegate float* Source(int step);

    private delegate void Sink(int step, long at, ReadOnlySpan<float> piece);

    // In step s a rank sends segment Rank - s and receives the one before it, which it sends in the next step; piece by
    // piece, so that a step begins while the one before it still runs. A rank is ahead of what it received by no more than
    // its link has room for: so when it begins to send, fewer than all rooms of the ring are taken, and not all can wait at once.
    private void Turn(int steps, long count, Source source, Sink sink)
    {
        var pieces = (int)((((count + Size - 1) / Size) + PieceFloats - 1) / PieceFloats);
        var total = (long)steps * pieces;
        for (long sent = 0, received = 0; received < total; received++)
        {
            while (sent < total && sent - received < _next!.Room && sent - pieces < received)
            {
                var (step, at, length) = Piece(sent++, pieces, count, 0);
                _next.Send(new ReadOnlySpan<byte>(source(step) + at, length * sizeof(float)));
            }
            var (stepIn, atIn, lengthIn) = Piece(received, pieces, count, 1);
            sink(stepIn, atIn, Floats(_before!.Receive(lengthIn * sizeof(float))));
            _before.Taken();
        }
    }

    private (int Step, long At, int Length) Piece(long number, int pieces, long count, int behind)
    {
        var (step, place) = ((int)(number / pieces), number % pieces * PieceFloats);
        var (first, length) = Segment((((Rank - step - behind) % Size) + Size) % Size, count);
        return (step, first + Math.Min(place, length), (int)Math.Clamp(length - place, 0, PieceFloats));
    }

    private (long First, long Length) Segment(int rank, long count)
    {
        var first = (long)((Int128)count * rank / Size);
        return (first, (long)((Int128)count * (rank + 1) / Size) - first);
    }

    private static ReadOnlySpan<float> Floats(ReadOnlySpan<byte> piece) => MemoryMarshal.Cast<byte, float>(piece);

    private static void Copy(float* from, float* to, long count)
    {
        if (from != to)
            Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float));
    }

    private static void Add(float* own, ReadOnlySpan<float> come, float* sums)
    {
        var i = 0;
        fixed (float* coming = come)
        {
            for (var width = Vector<float>.Count; i <= come.Length - width; i += width)
                (*(Vector<float>*)(coming + i) + *(Vector<float>*)(own + i)).Store(sums + i);
        }
        for (; i < come.Length; i++)
            sums[i] = come[i] + own[i];
    }

    private void Guarded(Action operation) => Guarded(() =>
    {
        operation();
        return true;
    });

    /// <summary>Does something of which a fault ends the ring for all.</summary>
    internal T Guarded<T>(Func<T> operation)
    {
        try
        {
            return operation();
        }
        catch (CollectiveFaultException e)
        {
            _cancellation.ThrowIfCancellationRequested();
            Leave(e.Message);
            throw;
        }
    }
}
