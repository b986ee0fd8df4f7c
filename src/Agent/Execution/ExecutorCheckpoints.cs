using System.Threading.Channels;

using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>The executor's end of checkpoints: their data goes to the agent, which makes it durable, and comes from it.</summary>
internal sealed class ExecutorCheckpoints(BulkChannel bulk, FrameStream agent, ChannelReader<CheckpointKept> kept, Lease lease, CheckpointHead? found) : ICheckpoints
{
    public ProgramState? Found { get; } = found is null
        ? null
        : new(found.Done, found.HasFirstLoss ? found.FirstLoss : null, found.HasLastLoss ? found.LastLoss : null, found.DeviceSeconds);

    public async Task RestoreAsync(IReadOnlyList<IDeviceBuffer> buffers, CancellationToken cancellation)
    {
        await agent.WriteAsync(FrameKind.Restore, null, cancellation).ConfigureAwait(false);
        var fits = found!.DataBytes == buffers.Sum(buffer => buffer.Bytes);
        var place = new Place(buffers);
        while (await bulk.NextAsync(cancellation).ConfigureAwait(false) is { Last: false } piece)
        {
            if (fits)
                place.Upload(bulk.BytesOf(piece));
            await bulk.TakeAsync(piece).ConfigureAwait(false);
        }
        if (!fits)
            throw new IOException(FormattableString.Invariant($"it holds {found.DataBytes} bytes, but its buffers {buffers.Sum(buffer => buffer.Bytes)}"));
    }

    // Once begun it is carried through: a half would leave the other side waiting for the rest.
    public async Task SaveAsync(ProgramState state, IReadOnlyList<IDeviceBuffer> buffers, CancellationToken cancellation)
    {
        var head = new CheckpointHead
        {
            Job = lease.Job,
            Program = ProgramMessages.Fingerprint(lease.Program),
            Done = state.Done,
            DeviceSeconds = state.DeviceSeconds,
            DataBytes = buffers.Sum(buffer => buffer.Bytes),
        };
        if (state.FirstLoss is { } first)
            head.FirstLoss = first;
        if (state.LastLoss is { } last)
            head.LastLoss = last;
        await agent.WriteAsync(FrameKind.Save, head, default).ConfigureAwait(false);
        var place = new Place(buffers);
        await bulk.SendAsync(place.Download, default).ConfigureAwait(false);
        if ((await kept.ReadAsync(default).ConfigureAwait(false)).Error is { Length: > 0 } error)
            throw new IOException(error);
    }

    /// <summary>Walks through buffers as if they were one.</summary>
    private sealed class Place(IReadOnlyList<IDeviceBuffer> buffers)
    {
        private int _buffer;
        private long _offset;

        public void Upload(ReadOnlySpan<byte> bytes)
        {
            while (bytes.Length > 0)
            {
                var count = Next(bytes.Length);
                buffers[_buffer].Upload(_offset, bytes[..count]);
                _offset += count;
                bytes = bytes[count..];
            }
        }

        public int Download(Span<byte> target)
        {
            var filled = 0;
            while (filled < target.Length && Next(target.Length - filled) is > 0 and var count)
            {
                buffers[_buffer].Download(_offset, target.Slice(filled, count));
                (_offset, filled) = (_offset + count, filled + count);
            }
            return filled;
        }

        private int Next(int most)
        {
            while (_buffer < buffers.Count && _offset == buffers[_buffer].Bytes)
                (_buffer, _offset) = (_buffer + 1, 0);
            return _buffer == buffers.Count ? 0 : (int)Math.Min(most, buffers[_buffer].Bytes - _offset);
        }
    }
}
