using System.Diagnostics;
using System.Net.Sockets;

using ControlPlane.Hardware.Interop;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>One running executor, seen from the agent.</summary>
internal sealed class ExecutorProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Socket _socket;
    private readonly FrameStream _frames;
    private readonly SharedMemory _memory;
    private readonly BulkChannel _bulk;
    private readonly CheckpointDesk _checkpoints;
    private readonly Action<DeviceSample> _sampled;
    private readonly Action<RingJoin> _joined;
    private readonly Task _reading;
    private readonly Lock _lock = new();
    private TaskCompletionSource<WorkReport>? _report;
    private bool _over;

    private ExecutorProcess(Process process, Socket socket, SharedMemory memory, CheckpointStore checkpoints, Action<DeviceSample> sampled, Action<RingJoin> joined)
    {
        (_process, _socket, _memory, _sampled, _joined) = (process, socket, memory, sampled, joined);
        _frames = new FrameStream(new NetworkStream(socket));
        _bulk = new BulkChannel(memory, _frames, BulkChannel.OfAgent);
        _checkpoints = new CheckpointDesk(checkpoints, _bulk, _frames);
        _reading = ReadAsync();
    }

    public int ProcessId => _process.Id;

    /// <summary>Completes when the process has ended and all it said was read.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    public int ExitStatus => _process.ExitCode;

    /// <summary>What it said on its error stream before it ended; empty where that goes elsewhere.</summary>
    public string LastWords { get; private set; } = "";

    public string HowItEnded => _process.ExitCode switch
    {
        Executor.ExitPoisoned => "the executor ended after a fault that poisons its context",
        Executor.ExitNoDevice => "the device did not open",
        > 128 and var status => $"the executor was killed by signal {status - 128}",
        var status => $"the executor ended with status {status}",
    };

    /// <summary>Starts one and waits until it has connected.</summary>
    /// <param name="start">How, given the paths of its socket and of the memory that it shares.</param>
    /// <exception cref="IOException">It ended before it was ready.</exception>
    public static async Task<ExecutorProcess> StartAsync(
        Func<string, string, ProcessStartInfo> start, CheckpointStore checkpoints, Action<DeviceSample> sampled, Action<RingJoin> joined, CancellationToken cancellation)
    {
        // A folder that only this user can enter, gone as soon as the executor has connected.
        var folder = Directory.CreateTempSubdirectory("factory-agent-").FullName;
        var path = Path.Combine(folder, "executor");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var (memory, memoryPath) = SharedMemory.Create(BulkChannel.Slots, BulkChannel.SlotBytes);
        Process? process = null;
        try
        {
            process = Process.Start(start(path, memoryPath))
                ?? throw new InvalidOperationException("The executor did not start.");
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(StartTimeout);
            var accepting = listener.AcceptAsync(limit.Token).AsTask();
            var exiting = process.WaitForExitAsync(limit.Token);
            if (await Task.WhenAny(accepting, exiting).ConfigureAwait(false) != accepting && !accepting.IsCompletedSuccessfully)
                throw new IOException($"The executor ended before it was ready. {await SaidAsync(process).ConfigureAwait(false)}".TrimEnd());
            var executor = new ExecutorProcess(process, await accepting.ConfigureAwait(false), memory, checkpoints, sampled, joined);
            executor.Ended = executor.WaitForEndAsync();
            return executor;
        }
        catch
        {
            process?.Kill();
            process?.Dispose();
            memory.Dispose();
            throw;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What it said on its error stream, where that comes here. Asked for once it has ended: whatever it wrote, the pipe holds little.
    private static async Task<string> SaidAsync(Process process)
    {
        if (!process.StartInfo.RedirectStandardError)
            return "";
        var text = new char[500];
        var count = await process.StandardError.ReadBlockAsync(text).ConfigureAwait(false);
        return new string(text, 0, count).Trim();
    }

    /// <summary>Completes with the work's report; cancelled when the process ended without one.</summary>
    public async Task<WorkReport> RunAsync(Lease lease)
    {
        var report = new TaskCompletionSource<WorkReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _report = report;
            if (_over)
                report.TrySetCanceled();
        }
        try
        {
            await _checkpoints.OfferAsync(lease).ConfigureAwait(false);
            await _frames.WriteAsync(FrameKind.Run, lease, default).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It is dying: Ended tells.
        }
        return await report.Task.ConfigureAwait(false);
    }

    public Task LimitAsync(DeviceCap cap) => TellAsync(FrameKind.Limit, cap);

    public Task MeetAsync(RingRanks ring) => TellAsync(FrameKind.Ring, ring);

    public Task RenewAsync(uint seconds) => TellAsync(FrameKind.Renew, new Welcome { LeaseTimeoutSeconds = seconds });

    private async Task TellAsync(FrameKind kind, Google.Protobuf.IMessage message)
    {
        try
        {
            await _frames.WriteAsync(kind, message, default).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It is dying: the next one is told as it starts.
        }
    }

    public async Task StopAsync()
    {
        try
        {
            await _frames.WriteAsync(FrameKind.Stop, null, default).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // As above.
        }
    }

    public async Task KillAsync()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
        await Ended.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        _checkpoints.Dispose();
        _frames.Dispose();
        _bulk.Dispose();
        _memory.Dispose();
        _socket.Dispose();
        _process.Dispose();
    }

    private async Task WaitForEndAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        LastWords = await SaidAsync(_process).ConfigureAwait(false);
        lock (_lock)
        {
            _over = true;
            _report?.TrySetCanceled();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _frames.ReadAsync(default).ConfigureAwait(false) is { } frame)
            {
                if (frame.Kind == FrameKind.Report)
                    Deliver(WorkReport.Parser.ParseFrom(frame.Payload));
                else if (frame.Kind == FrameKind.Sample)
                    _sampled(DeviceSample.Parser.ParseFrom(frame.Payload));
                else if (frame.Kind == FrameKind.RingJoin)
                    _joined(RingJoin.Parser.ParseFrom(frame.Payload));
                else
                    await _checkpoints.HearAsync(frame.Kind, frame.Payload).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // A dying executor may break off in the middle of a frame; and one that a tenant has taken over may send anything.
            if (!_process.HasExited)
                _process.Kill();
        }
    }

    private void Deliver(WorkReport report)
    {
        lock (_lock)
            _report?.TrySetResult(report);
    }
}
