using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

using ControlPlane.Hardware.Interop;

namespace ControlPlane.Hardware.Collectives;

/// <summary>
/// One connection of a ring, seen from either end: pieces go one way, over the socket or through shared memory of which
/// the socket says what is full and what is free. So an end of either process is seen at once, on both. Not thread safe.
/// </summary>
internal sealed class RingLink : IDisposable
{
    /// <summary>
    /// Bytes of the largest piece. A socket must hold two that nobody has read yet: then ranks that all send before they
    /// receive cannot all be stuck. Linux gives each end at least 212,992 bytes unless its administrator takes them away.
    /// </summary>
    public const int PieceBytes = 128 << 10;

    // Asked for before connecting, because by itself a new connection begins with a tenth of that.
    private const int BufferBytes = 4 * PieceBytes;

    /// <summary>Pieces under way through shared memory.</summary>
    public const int Slots = 4;

    /// <summary>How long a link that closes waits for its peer to do the same.</summary>
    private static readonly TimeSpan Parting = TimeSpan.FromSeconds(1);

    private const int HeadBytes = 5;
    private const int MostWords = 512;

    private readonly Socket _socket;
    private readonly SharedMemory? _memory;
    private readonly string _peer;
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly byte[] _piece = new byte[PieceBytes];
    private long _heard;
    private uint _sent;
    private uint _received;
    private int _underWay;

    public RingLink(Socket socket, SharedMemory? memory, string peer, TimeSpan silence)
    {
        (_socket, _memory, _peer) = (socket, memory, peer);
        _socket.NoDelay = true;
        _socket.ReceiveTimeout = _socket.SendTimeout = (int)Math.Min(silence.TotalMilliseconds, int.MaxValue);
        Silence = silence;
    }

    private enum Word : byte
    {
        /// <summary>The piece follows.</summary>
        Piece = 1,

        /// <summary>The piece lies in the next slot.</summary>
        Slot = 2,

        /// <summary>The oldest slot is free again.</summary>
        Taken = 3,

        /// <summary>The ring is over, for the reason that follows.</summary>
        Over = 4,

        /// <summary>The peer lives and is busy otherwise.</summary>
        Alive = 5,
    }

    /// <summary>The silence of a rank that is alone.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);

    /// <summary>After so long without a word the peer counts as gone.</summary>
    public TimeSpan Silence { get; }

    /// <summary>Gives a socket its buffers; before it connects or listens.</summary>
    public static Socket WithBuffers(Socket socket)
    {
        (socket.SendBufferSize, socket.ReceiveBufferSize) = (BufferBytes, BufferBytes);
        return socket;
    }

    public bool IsShared => _memory is not null;

    /// <summary>Sends a piece; returns once it is copied.</summary>
    public void Send(ReadOnlySpan<byte> piece)
    {
        if (_memory is null)
        {
            WriteHead(Word.Piece, piece.Length);
            Write(piece);
            return;
        }
        while (_underWay == Slots)
            HearTaken();
        piece.CopyTo(_memory.Slot(_sent % Slots));
        _sent++;
        _underWay++;
        WriteHead(Word.Slot, piece.Length);
    }

    /// <summary>The next piece, which must have so many bytes. It stays until <see cref="Taken"/>.</summary>
    public ReadOnlySpan<byte> Receive(int length)
    {
        var (word, given) = ReadHead();
        if (word != (IsShared ? Word.Slot : Word.Piece) || given != length)
            throw new CollectiveFaultException($"{_peer} sent {given} bytes where {length} were due");
        if (_memory is not null)
            return _memory.Slot(_received % Slots)[..length];
        var piece = _piece.AsSpan(0, length);
        Read(piece);
        return piece;
    }

    /// <summary>The piece that was received last is not needed any more.</summary>
    public void Taken()
    {
        _received++;
        if (IsShared)
            WriteHead(Word.Taken, 0);
    }

    /// <summary>Nothing is due for a while: silence counts from now.</summary>
    public void ListenFromNow() => _heard = Stopwatch.GetTimestamp();

    /// <summary>Looks, without waiting, whether the peer is still there. What it has sent for later stays.</summary>
    public void Look()
    {
        try
        {
            while (_socket.Poll(0, SelectMode.SelectRead))
            {
                if (_socket.Receive(_head, 0, 1, SocketFlags.Peek) == 0)
                    throw new CollectiveFaultException($"{_peer} has ended");
                ListenFromNow();
                if ((Word)_head[0] is not (Word.Alive or Word.Over))
                    return; // It is further already.
                HearOne();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Gone(e);
        }
        if (Stopwatch.GetElapsedTime(_heard) > Silence)
            throw NotHeard(null);
    }

    /// <summary>Tells the peer that this end lives.</summary>
    public void SayAlive() => WriteHead(Word.Alive, 0);

    /// <summary>Tells the peer why the ring is over, if it still listens, and that nothing follows.</summary>
    public void End(string reason)
    {
        var words = Encoding.UTF8.GetBytes(reason);
        words = words.Length > MostWords ? words[..MostWords] : words;
        try
        {
            _socket.SendTimeout = 100; // A peer that does not read will see the end of the stream.
            WriteHead(Word.Over, words.Length);
            Write(words);
        }
        catch (Exception e) when (e is CollectiveFaultException or SocketException or ObjectDisposedException)
        {
            // It is gone too.
        }
        Part();
    }

    /// <summary>Ends all waiting on it, from any thread.</summary>
    public void Break() => Finish(SocketShutdown.Both);

    /// <summary>Tells the peer that nothing follows.</summary>
    public void Part() => Finish(SocketShutdown.Send);

    /// <summary>Closes it once the peer has read what was sent: closing over words unread would take the peer's from it.</summary>
    public void Dispose()
    {
        Part();
        try
        {
            _socket.ReceiveTimeout = (int)Parting.TotalMilliseconds;
            while (_socket.Receive(_piece) > 0)
            {
                // Words that nobody needs any more.
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer is gone, or does not part in time.
        }
        _socket.Dispose();
        _memory?.Dispose();
    }

    private void Finish(SocketShutdown way)
    {
        try
        {
            _socket.Shutdown(way);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection has ended by itself.
        }
    }

    private void HearTaken()
    {
        var (word, _) = ReadHead();
        if (word != Word.Taken)
            throw new CollectiveFaultException($"{_peer} sent a word of kind {(byte)word} where a slot was to be freed");
        _underWay--;
    }

    private void WriteHead(Word word, int length)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        head[0] = (byte)word;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], length);
        Write(head);
    }

    private (Word Word, int Length) ReadHead()
    {
        var heard = HearOne();
        while (heard.Word == Word.Alive)
            heard = HearOne();
        return heard;
    }

    private (Word Word, int Length) HearOne()
    {
        Read(_head);
        var (word, length) = ((Word)_head[0], BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(1)));
        if (word != Word.Over)
            return (word, length);
        var words = new byte[Math.Clamp(length, 0, MostWords)];
        Read(words);
        throw new CollectiveFaultException(Encoding.UTF8.GetString(words));
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
                bytes = bytes[_socket.Send(bytes)..];
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Gone(e);
        }
    }

    private void Read(Span<byte> bytes)
    {
        try
        {
            while (bytes.Length > 0)
            {
                var count = _socket.Receive(bytes);
                if (count == 0)
                    throw new CollectiveFaultException($"{_peer} has ended");
                bytes = bytes[count..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Gone(e);
        }
    }

    private CollectiveFaultException Gone(Exception cause) =>
        cause is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock }
            ? NotHeard(cause)
            : new($"{_peer} has ended", cause);

    private CollectiveFaultException NotHeard(Exception? cause) =>
        new(FormattableString.Invariant($"{_peer} has not been heard for {Silence.TotalSeconds:0.#} s"), cause);
}
