using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace ControlPlane.Hardware.Collectives;

/// <summary>What the ends of a ring's connection say to each other beside pieces.</summary>
internal enum RingWord : byte
{
    /// <summary>The piece follows.</summary>
    Piece = 1,

    /// <summary>The ring is over, for the reason that follows.</summary>
    Over = 4,

    /// <summary>The peer lives and is busy otherwise.</summary>
    Alive = 5,

    /// <summary>Look into the memory again.</summary>
    Wake = 6,
}

/// <summary>
/// A ring's connection as words over a socket. It is there also where pieces go through memory: so an end of either process
/// is seen at once, on both. Not thread safe.
/// </summary>
internal sealed class RingWire : IDisposable
{
    /// <summary>How long a wire that closes waits for its peer to do the same.</summary>
    private static readonly TimeSpan Parting = TimeSpan.FromSeconds(1);

    /// <summary>What is written together with its word, lest that travels alone.</summary>
    private const int Together = 16 << 10;

    // Looks before waiting, each of which lets another process run: being woken takes longer than most words take to come.
    private const int Looks = 100;

    private const int HeadBytes = 5;
    private const int MostWords = 512;

    private readonly Socket _socket;
    private readonly string _peer;
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly byte[] _first = new byte[HeadBytes + Together];
    private long _heard;

    public RingWire(Socket socket, string peer, TimeSpan silence)
    {
        (_socket, _peer, Silence) = (socket, peer, silence);
        _socket.NoDelay = true;
        _socket.ReceiveTimeout = _socket.SendTimeout = (int)Math.Min(silence.TotalMilliseconds, int.MaxValue);
    }

    /// <summary>After so long without a word the peer counts as gone.</summary>
    public TimeSpan Silence { get; }

    /// <summary>Gives a socket its buffers; before it connects or listens, because by itself a new connection begins with a tenth of that.</summary>
    public static Socket WithBuffers(Socket socket)
    {
        (socket.SendBufferSize, socket.ReceiveBufferSize) = (4 * RingLink.PieceBytes, 4 * RingLink.PieceBytes);
        return socket;
    }

    /// <summary>Writes a word and what belongs to it.</summary>
    public void Say(RingWord word, ReadOnlySpan<byte> more = default)
    {
        _first[0] = (byte)word;
        BinaryPrimitives.WriteInt32LittleEndian(_first.AsSpan(1), more.Length);
        var together = Math.Min(more.Length, Together);
        more[..together].CopyTo(_first.AsSpan(HeadBytes));
        Write(_first.AsSpan(0, HeadBytes + together));
        Write(more[together..]);
    }

    /// <summary>Waits for the next word that asks for something.</summary>
    /// <returns>The word and the bytes that follow it.</returns>
    /// <exception cref="CollectiveFaultException">The peer ended, is not heard, or says why the ring is over.</exception>
    public (RingWord Word, int Length) Hear()
    {
        var heard = HearAny();
        while (heard.Word == RingWord.Alive)
            heard = HearAny();
        return heard;
    }

    /// <summary>Fills in what follows a word.</summary>
    public void Read(Span<byte> bytes)
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

    /// <summary>What the peer said is not what it may.</summary>
    public CollectiveFaultException Odd(string what) => new($"{_peer} sent {what}");

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
                if ((RingWord)_head[0] == RingWord.Piece)
                    return; // It is further already.
                HearAny();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Gone(e);
        }
        if (Stopwatch.GetElapsedTime(_heard) > Silence)
            throw NotHeard(null);
    }

    /// <summary>Tells the peer why the ring is over, if it still listens, and that nothing follows.</summary>
    public void End(string reason)
    {
        var words = Encoding.UTF8.GetBytes(reason);
        try
        {
            _socket.SendTimeout = 100; // A peer that does not read will see the end of the stream.
            Say(RingWord.Over, words.AsSpan(0, Math.Min(words.Length, MostWords)));
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
            while (_socket.Receive(_first) > 0)
            {
                // Words that nobody needs any more.
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer is gone, or does not part in time.
        }
        _socket.Dispose();
    }

    private (RingWord Word, int Length) HearAny()
    {
        for (var look = 0; look < Looks && IsQuiet(); look++)
            Thread.Yield();
        Read(_head);
        var (word, length) = ((RingWord)_head[0], BinaryPrimitives.ReadInt32LittleEndian(_head.AsSpan(1)));
        if (word != RingWord.Over)
            return (word, length);
        var words = new byte[Math.Clamp(length, 0, MostWords)];
        Read(words);
        throw new CollectiveFaultException(Encoding.UTF8.GetString(words));
    }

    private bool IsQuiet()
    {
        try
        {
            return _socket.Available == 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw Gone(e);
        }
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

    private CollectiveFaultException Gone(Exception cause) =>
        cause is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock } ? NotHeard(cause) : new($"{_peer} has ended", cause);

    private CollectiveFaultException NotHeard(Exception? cause) =>
        new(FormattableString.Invariant($"{_peer} has not been heard for {Silence.TotalSeconds:0.#} s"), cause);
}
