using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;

using Google.Protobuf;

namespace ControlPlane.Agent.Execution;

/// <summary>The agent's end of checkpoints for one executor: takes their data from shared memory into the store, and gives it back.</summary>
internal sealed class CheckpointDesk(CheckpointStore store, BulkChannel bulk, FrameStream frames) : IDisposable
{
    private CheckpointWriter? _writing;
    private string? _fault;
    private Lease _lease = new();
    private Task _restoring = Task.CompletedTask;

    /// <summary>Tells the executor what there is, before it gets the work.</summary>
    public async Task OfferAsync(Lease lease)
    {
        _lease = lease;
        if (store.Find(lease) is { } found)
            await frames.WriteAsync(FrameKind.Found, found, default).ConfigureAwait(false);
    }

    /// <summary>Acts on a frame if it is about checkpoints.</summary>
    public async Task HearAsync(FrameKind kind, byte[] payload)
    {
        switch (kind)
        {
            case FrameKind.Save:
                Begin(CheckpointHead.Parser.ParseFrom(payload));
                break;
            case FrameKind.BulkPiece:
                await TakeAsync(BulkPiece.Parser.ParseFrom(payload)).ConfigureAwait(false);
                break;
            case FrameKind.BulkTaken:
                bulk.HearTaken();
                break;
            case FrameKind.Restore:
                if (_restoring.IsCompleted)
                    _restoring = RestoreAsync(); // The frames that say what was taken must be read meanwhile.
                break;
        }
    }

    public void Dispose() => _writing?.Dispose();

    private void Begin(CheckpointHead head)
    {
        _writing?.Dispose();
        (_writing, _fault) = (null, null);
        // Whose it is, the lease says: an executor's word would reach other jobs' files, and its size their disk.
        if (_lease.Program is not { } program || head.DataBytes > MostBytes(program))
            _fault = FormattableString.Invariant($"it announces {head.DataBytes} bytes, which are more than its program's buffers");
        else
            (head.Job, head.Program) = (_lease.Job, ProgramMessages.Fingerprint(program));
        Try(() => _writing = _fault is null ? store.Create(head) : null);
    }

    // As they are allocated, in whole words.
    private static long MostBytes(ProgramWork program) => program.Buffers.Sum(buffer => (buffer.Count * sizeof(float)) + sizeof(float));

    private async Task TakeAsync(BulkPiece piece)
    {
        if (!piece.Last)
            Try(() => _writing?.Write(bulk.BytesOf(piece)));
        await bulk.TakeAsync(piece).ConfigureAwait(false);
        if (!piece.Last)
            return;
        if (piece.Error.Length > 0)
            _fault ??= piece.Error;
        if (_fault is null)
            Try(() => _writing?.Commit());
        _writing?.Dispose();
        _writing = null;
        await frames.WriteAsync(FrameKind.Kept, new CheckpointKept { Error = _fault ?? "" }, default).ConfigureAwait(false);
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (IOException e)
        {
            _fault ??= e.Message;
        }
    }

    private async Task RestoreAsync()
    {
        CheckpointReader? reader = null;
        try
        {
            await bulk.SendAsync(slot => Opened(ref reader).Read(slot), default).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The executor ends: nobody waits for the rest.
        }
        finally
        {
            reader?.Dispose();
        }
    }

    private CheckpointReader Opened(ref CheckpointReader? reader)
    {
        try
        {
            return reader ??= store.Open(_lease.Job);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
