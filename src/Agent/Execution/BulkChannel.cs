using System.Threading.Channels;

using ControlPlane.Hardware.Interop;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>Writes the next bytes into a slot and returns how many; 0 at the end.</summary>
internal delegate int SlotWriter(Span<byte> slot);

/// <summary>
/// Bulk data in pieces through <see cref="SharedMemory"/>: a frame says which slot is full, another that it was taken.
/// Both ends hold one; whoever reads frames hands them on here. One sending at a time in each direction.
/// </summary>
/// <param name="sendsFrom">The first slot of this end's direction.</param>
internal sealed class BulkChannel(SharedMemory memory, FrameStream frames, uint sendsFrom) : IDisposable
{
    /// <summary>Bytes of a slot. Four times as many were no faster, a quarter a third slower; so a node of eight devices stays within the 64 MiB that containers give to shared memory.</summary>
    public const int SlotBytes = 1 << 20;

    // One is filled while the other is emptied.
    private const int SlotsEachWay = 2;

    private readonly SemaphoreSlim _free = new(SlotsEachWay);
    private readonly Channel<BulkPiece> _arrived = Channel.CreateUnbounded<BulkPiece>();
    private uint _next; // Slots are taken in the order in which they were filled.

    /// <summary>All slots of both directions.</summary>
    public const int Slots = 2 * SlotsEachWay;

    /// <summary>The first slot of what executors send.</summary>
    public const uint OfExecutor = 0;

    /// <summary>The first slot of what agents send.</summary>
    public const uint OfAgent = SlotsEachWay;

    /// <summary>Sends what the writer gives, to its end. What it throws as <see cref="IOException"/> is told to the other side.</summary>
    public async Task SendAsync(SlotWriter write, CancellationToken cancellation)
    {
        while (true)
        {
            await _free.WaitAsync(cancellation).ConfigureAwait(false);
            var piece = new BulkPiece { Slot = sendsFrom + _next };
            _next = (_next + 1) % SlotsEachWay;
            try
            {
                piece.Length = (uint)write(memory.Slot(piece.Slot));
                piece.Last = piece.Length == 0;
            }
            catch (IOException e)
            {
                (piece.Last, piece.Error) = (true, e.Message);
            }
            await frames.WriteAsync(FrameKind.BulkPiece, piece, default).ConfigureAwait(false);
            if (piece.Last)
                return;
        }
    }

    /// <summary>Hands on a frame of kind <see cref="FrameKind.BulkPiece"/>.</summary>
    public void Hear(BulkPiece piece) => _arrived.Writer.TryWrite(piece);

    /// <summary>Hands on a frame of kind <see cref="FrameKind.BulkTaken"/>.</summary>
    public void HearTaken() => _free.Release();

    /// <summary>The next piece. Its bytes stay until it is taken.</summary>
    /// <exception cref="IOException">The rest does not come.</exception>
    public async Task<BulkPiece> NextAsync(CancellationToken cancellation)
    {
        var piece = await _arrived.Reader.ReadAsync(cancellation).ConfigureAwait(false);
        if (piece.Last)
            await TakeAsync(piece).ConfigureAwait(false);
        return piece.Error.Length > 0 ? throw new IOException(piece.Error) : piece;
    }

    public ReadOnlySpan<byte> BytesOf(BulkPiece piece) => memory.Slot(piece.Slot)[..(int)Math.Min(piece.Length, SlotBytes)];

    /// <summary>Gives a piece's slot back to the sender.</summary>
    public Task TakeAsync(BulkPiece piece) => frames.WriteAsync(FrameKind.BulkTaken, new BulkTaken { Slot = piece.Slot }, default);

    public void Dispose() => _free.Dispose();
}
