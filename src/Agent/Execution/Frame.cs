using System.Buffers.Binary;

using Google.Protobuf;

namespace ControlPlane.Agent.Execution;

internal enum FrameKind : byte
{
    /// <summary>Executor: the device is open.</summary>
    Ready = 1,

    /// <summary>Agent: a lease to work on.</summary>
    Run = 2,

    /// <summary>Executor: the work's end.</summary>
    Report = 3,

    /// <summary>Executor: utilisation and health.</summary>
    Sample = 4,

    /// <summary>Agent: end the work after the repetition that runs.</summary>
    Stop = 5,

    /// <summary>Agent: the power limit to keep.</summary>
    Limit = 6,

    /// <summary>Agent: how long work may go on if no more of these come.</summary>
    Renew = 7,

    /// <summary>Agent: the checkpoint that the work which follows may go on from.</summary>
    Found = 20,

    /// <summary>Executor: send the data of what was found.</summary>
    Restore = 21,

    /// <summary>Executor: a checkpoint to keep; its data follows.</summary>
    Save = 22,

    /// <summary>Agent: what became of it.</summary>
    Kept = 23,

    /// <summary>Either: a slot of shared memory is full.</summary>
    BulkPiece = 24,

    /// <summary>Either: it is free again.</summary>
    BulkTaken = 25,

    /// <summary>Executor: its rank listens.</summary>
    RingJoin = 40,

    /// <summary>Agent: all ranks of the ring.</summary>
    Ring = 41,
}

/// <summary>
/// What agent and executor say to each other: four bytes of length (of all that follows, little-endian), one of
/// kind, and a message of agent.proto or executor.proto. Raw, because one hop over a socket takes a quarter of what a call does.
/// </summary>
internal sealed class FrameStream(Stream stream) : IDisposable
{
    private const int MostBytes = 1 << 20;

    private readonly SemaphoreSlim _writing = new(1);

    public async Task WriteAsync(FrameKind kind, IMessage? message, CancellationToken cancellation)
    {
        var size = message?.CalculateSize() ?? 0;
        var frame = new byte[5 + size];
        BinaryPrimitives.WriteInt32LittleEndian(frame, 1 + size);
        frame[4] = (byte)kind;
        message?.WriteTo(frame.AsSpan(5));
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(frame, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Null at the end of the stream.</summary>
    public async Task<(FrameKind Kind, byte[] Payload)?> ReadAsync(CancellationToken cancellation)
    {
        var head = new byte[5];
        if (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) < head.Length)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(head) - 1;
        if (length is < 0 or > MostBytes)
            throw new InvalidDataException($"A frame of {length} bytes.");
        var payload = new byte[length];
        await stream.ReadExactlyAsync(payload, cancellation).ConfigureAwait(false);
        return ((FrameKind)head[4], payload);
    }

    public void Dispose()
    {
        stream.Dispose();
        _writing.Dispose();
    }
}
