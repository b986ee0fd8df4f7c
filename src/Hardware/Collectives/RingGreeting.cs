using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

using ControlPlane.Hardware.Interop;

namespace ControlPlane.Hardware.Collectives;

/// <summary>
/// The first words on a ring's connection: a magic number, the secret of whoever is greeted, rank and ranks, and where
/// shared memory lies; the answer is one byte.
/// </summary>
internal static class RingGreeting
{
    private const int SecretAt = 8;
    private const int RankAt = SecretAt + RingMember.SecretBytes;
    private const int HeadBytes = RankAt + 12;
    private const int MostPath = 1024;
    private const byte Sockets = 1;
    private const byte Shared = 2;

    private static ReadOnlySpan<byte> Magic => "FACRING1"u8;

    /// <summary>Memory to offer, or null where there is none to be had: then the socket carries all.</summary>
    public static (SharedMemory Memory, string Path)? NewMemory()
    {
        try
        {
            return SharedMemory.Create(SharedLink.MemorySlots, RingLink.PieceBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Greets; true when the peer has opened the memory that is offered.</summary>
    /// <exception cref="IOException">The peer refuses.</exception>
    public static async Task<bool> GreetAsync(Socket socket, ReadOnlyMemory<byte> secret, int rank, int ranks, string path, CancellationToken cancellation)
    {
        var words = new byte[HeadBytes + Encoding.UTF8.GetByteCount(path)];
        Magic.CopyTo(words);
        secret[..RingMember.SecretBytes].CopyTo(words.AsMemory(SecretAt));
        BinaryPrimitives.WriteInt32LittleEndian(words.AsSpan(RankAt), rank);
        BinaryPrimitives.WriteInt32LittleEndian(words.AsSpan(RankAt + 4), ranks);
        BinaryPrimitives.WriteInt32LittleEndian(words.AsSpan(RankAt + 8), words.Length - HeadBytes);
        Encoding.UTF8.GetBytes(path, words.AsSpan(HeadBytes));
        await socket.SendAsync(words, cancellation).ConfigureAwait(false);
        var answer = new byte[1];
        if (!await FillAsync(socket, answer, cancellation).ConfigureAwait(false))
            throw new IOException("it does not take this rank for its neighbour");
        return answer[0] == Shared;
    }

    /// <summary>Hears a greeting and answers it, taking the memory that is offered if it may; null for one that is not the expected rank's, or does not come in time.</summary>
    public static async Task<(SharedMemory? Memory, int Rank)?> HearAsync(
        Socket socket, ReadOnlyMemory<byte> secret, int rank, int ranks, bool sharesMemory, TimeSpan patience, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            var head = new byte[HeadBytes];
            if (!await FillAsync(socket, head, limit.Token).ConfigureAwait(false) || !IsExpected(head, secret.Span, rank, ranks))
                return null;
            var path = new byte[Number(head, 8)];
            if (!await FillAsync(socket, path, limit.Token).ConfigureAwait(false))
                return null;
            var memory = path.Length == 0 || !sharesMemory ? null : Open(Encoding.UTF8.GetString(path));
            await socket.SendAsync(new[] { memory is null ? Sockets : Shared }, limit.Token).ConfigureAwait(false);
            return (memory, rank);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
    }

    private static bool IsExpected(byte[] head, ReadOnlySpan<byte> secret, int rank, int ranks) =>
        head.AsSpan(0, SecretAt).SequenceEqual(Magic)
        && CryptographicOperations.FixedTimeEquals(head.AsSpan(SecretAt, RingMember.SecretBytes), secret)
        && Number(head, 0) == rank && Number(head, 4) == ranks && Number(head, 8) is >= 0 and <= MostPath;

    private static int Number(byte[] head, int offset) => BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(RankAt + offset));

    // Containers of one machine may not see each other's files.
    private static SharedMemory? Open(string path)
    {
        try
        {
            return SharedMemory.Open(path, SharedLink.MemorySlots, RingLink.PieceBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static async Task<bool> FillAsync(Socket socket, Memory<byte> bytes, CancellationToken cancellation)
    {
        while (bytes.Length > 0)
        {
            var count = await socket.ReceiveAsync(bytes, cancellation).ConfigureAwait(false);
            if (count == 0)
                return false;
            bytes = bytes[count..];
        }
        return true;
    }
}
