using ControlPlane.Hardware.Interop;

namespace ControlPlane.Hardware.Collectives;

/// <summary>One connection of a ring, seen from either end: pieces go one way, in order. Not thread safe.</summary>
internal abstract class RingLink(RingWire wire) : IDisposable
{
    /// <summary>
    /// Bytes of the largest piece. A socket must hold two that nobody has read yet: then ranks that all send before they
    /// receive cannot all be stuck. Linux gives each end at least 212,992 bytes unless its administrator takes them away.
    /// </summary>
    public const int PieceBytes = 128 << 10;

    /// <summary>The silence of a rank that is alone.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);

    /// <summary>The words of the connection.</summary>
    public RingWire Wire { get; } = wire;

    /// <summary>How many pieces it takes that the peer has not received.</summary>
    public abstract int Room { get; }

    /// <summary>A link over a socket, through memory if there is some.</summary>
    public static RingLink Over(RingWire wire, SharedMemory? memory) => memory is null ? new SocketLink(wire) : new SharedLink(wire, memory);

    /// <summary>Sends a piece; returns once it is copied.</summary>
    public abstract void Send(ReadOnlySpan<byte> piece);

    /// <summary>The next piece, which must have so many bytes. It stays until <see cref="Taken"/>.</summary>
    public abstract ReadOnlySpan<byte> Receive(int length);

    /// <summary>The piece that was received last is not needed any more.</summary>
    public abstract void Taken();

    /// <inheritdoc/>
    public virtual void Dispose() => Wire.Dispose();
}

/// <summary>Pieces over the socket.</summary>
internal sealed class SocketLink(RingWire wire) : RingLink(wire)
{
    private readonly byte[] _piece = new byte[PieceBytes];

    public override int Room => 2;

    public override void Send(ReadOnlySpan<byte> piece) => Wire.Say(RingWord.Piece, piece);

    public override ReadOnlySpan<byte> Receive(int length)
    {
        var (word, given) = Wire.Hear();
        if (word != RingWord.Piece || given != length)
            throw Wire.Odd($"{given} bytes where {length} were due");
        var piece = _piece.AsSpan(0, length);
        Wire.Read(piece);
        return piece;
    }

    public override void Taken()
    {
    }
}
