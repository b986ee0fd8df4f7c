using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Interop;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>
/// The process that owns one device. A wild kernel or a driver's bug ends this process and nothing else, and a
/// poisoned CUDA context ends with it. Ends itself when the agent's side of the socket closes.
/// </summary>
internal sealed class Executor(IComputeDevice device, FrameStream agent, BulkChannel bulk) : IDisposable
{
    /// <summary>The device's context is lost and was reported: a new process will do.</summary>
    public const int ExitPoisoned = 3;

    /// <summary>The device did not open.</summary>
    public const int ExitNoDevice = 4;

    private static readonly TimeSpan SamplePeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FaultPeriod = TimeSpan.FromMilliseconds(500);

    private readonly BusyTime _busy = new();
    private readonly PowerLimit _limits = new(device);
    private readonly SensorHealth _health = new();
    private readonly WorkDeadline _lease = new(TimeProvider.System);
    private readonly Channel<CheckpointKept> _kept = Channel.CreateUnbounded<CheckpointKept>();
    private readonly RunningWork _running = new();
    private readonly Rendezvous _rendezvous = new(agent);
    private CheckpointHead? _found;
    private CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;
    private volatile bool _isAtWork;

    /// <param name="id">The device.</param>
    /// <param name="socketPath">The agent's socket; <c>fd:N</c> in a confined process, which is given one that is connected.</param>
    /// <param name="memoryPath">The file that both map, by path or as <c>fd:N</c>.</param>
    public static async Task<int> RunAsync(string id, string socketPath, string memoryPath)
    {
        using var memory = SharedMemory.Open(memoryPath, BulkChannel.Slots, BulkChannel.SlotBytes);
        var given = GivenDescriptor.Parse(socketPath);
        using var socket = given is { } number
            ? new Socket(new SafeSocketHandle(number, ownsHandle: true))
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (given is null)
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath)).ConfigureAwait(false);
        using var agent = new FrameStream(new NetworkStream(socket));
        using var bulk = new BulkChannel(memory, agent, BulkChannel.OfExecutor);
        IComputeDevice device;
        try
        {
            device = DeviceCatalogue.Open(id);
        }
        catch (Exception e) when (e is DeviceFaultException or ArgumentException)
        {
            await agent.WriteAsync(FrameKind.Sample, new DeviceSample { Health = DeviceHealth.Failed, HealthDetail = $"the device does not open: {e.Message}" }, default).ConfigureAwait(false);
            return ExitNoDevice;
        }
        using var executor = new Executor(device, agent, bulk) { IsConfined = given is not null };
        return await executor.ServeAsync().ConfigureAwait(false);
    }

    /// <summary>True for the process of one tenant's work; the device's own executor keeps limits and listens for faults.</summary>
    public bool IsConfined { private get; init; }

    public void Dispose() => _stop.Dispose();

    private async Task<int> ServeAsync()
    {
        await agent.WriteAsync(FrameKind.Ready, DeviceDiscovery.MessageOf(device.Description, 0), default).ConfigureAwait(false);
        _ = SampleAsync();
        _ = WatchAsync();
        if (!IsConfined)
            _ = Task.Factory.StartNew(HearFaultsAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await ObeyAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // An agent that was killed resets the connection: the same end.
        }
        // A kernel that does not end would hold up an orderly exit for ever.
        Process.GetCurrentProcess().Kill();
        return 0;
    }

    private async Task ObeyAsync()
    {
        while (await agent.ReadAsync(default).ConfigureAwait(false) is { } frame)
        {
            switch (frame.Kind)
            {
                case FrameKind.Run:
                    Start(Lease.Parser.ParseFrom(frame.Payload));
                    break;
                case FrameKind.Stop:
                    await _stop.CancelAsync().ConfigureAwait(false);
                    break;
                case FrameKind.Renew:
                    _lease.Renew(Welcome.Parser.ParseFrom(frame.Payload).LeaseTimeoutSeconds);
                    break;
                case FrameKind.Found:
                    _found = CheckpointHead.Parser.ParseFrom(frame.Payload);
                    break;
                case FrameKind.Kept:
                    _kept.Writer.TryWrite(CheckpointKept.Parser.ParseFrom(frame.Payload));
                    break;
                case FrameKind.BulkPiece:
                    bulk.Hear(BulkPiece.Parser.ParseFrom(frame.Payload));
                    break;
                case FrameKind.BulkTaken:
                    bulk.HearTaken();
                    break;
                case FrameKind.Ring:
                    _rendezvous.Hear(RingRanks.Parser.ParseFrom(frame.Payload));
                    break;
                case FrameKind.Limit:
                    _limits.Keep(DeviceCap.Parser.ParseFrom(frame.Payload));
                    await agent.WriteAsync(FrameKind.Sample, Sample(device.Read()), default).ConfigureAwait(false);
                    break;
                default:
                    throw new InvalidDataException($"The agent sent a frame of kind {frame.Kind}.");
            }
        }
    }

    private void Start(Lease lease)
    {
        if (_isAtWork)
            throw new InvalidOperationException("The agent gave work to a device that is at work.");
        _isAtWork = true;
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        var stop = _stop.Token;
        var checkpoints = new ExecutorCheckpoints(bulk, agent, _kept.Reader, lease, _found);
        _found = null;
        _work = Task.Run(() => WorkAsync(lease, checkpoints, stop));
    }

    private async Task WorkAsync(Lease lease, ExecutorCheckpoints checkpoints, CancellationToken stop)
    {
        if (!IsConfined && _limits.Objection(lease.CapWatts) is { } objection) // A confined one sets no limits: its agent has looked.
        {
            var refused = KernelWorkOrder.ReportOf(lease);
            KernelWorkOrder.Fail(refused, KernelWorkOrder.NoPowerLimit, objection);
            _isAtWork = false;
            await agent.WriteAsync(FrameKind.Report, refused, default).ConfigureAwait(false);
            return;
        }
        _busy.Begin();
        var (report, health) = await KernelWorkOrder.CarryOutAsync(device, lease, new WorkWays(checkpoints, _rendezvous, _running, _limits, IsConfined), stop).ConfigureAwait(false);
        _busy.End();
        _isAtWork = false; // Before the agent hears of it: the next lease may come before this task has ended.
        if (health is not null)
            await agent.WriteAsync(FrameKind.Sample, health, default).ConfigureAwait(false);
        await agent.WriteAsync(FrameKind.Report, report, default).ConfigureAwait(false);
        if (DeviceFaultException.Poisons(report.ErrorCode))
            Environment.Exit(ExitPoisoned);
    }

    // The card's own figure where it has one; otherwise the share of time in which it had work.
    private DeviceSample Sample(DeviceReadings readings)
    {
        var sample = DeviceReadingsMessage.Of(readings);
        if (!sample.HasUtilisation)
            sample.Utilisation = _busy.ShareSinceLastAsked();
        sample.LimitDetail = _limits.Obstacle;
        _running.AddTo(sample);
        return sample;
    }

    // The agent stops work in time by itself; but it may be frozen, or starved, while its executors run on.
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(LeaseTerms.WatchPeriod);
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            if (!_work.IsCompleted && _lease.IsOver)
                Process.GetCurrentProcess().Kill();
        }
    }

    // On a thread of its own: it waits inside the driver.
    private async Task HearFaultsAsync()
    {
        try
        {
            while (true)
            {
                if (device.WaitForFault(FaultPeriod) is not { } xid)
                    continue;
                var sample = Sample(device.Read());
                sample.Events.Add(DeviceEvents.Fault(0, xid));
                await agent.WriteAsync(FrameKind.Sample, sample, default).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is DeviceFaultException or IOException or ObjectDisposedException)
        {
            // This device reports no faults, or the agent has gone.
        }
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(SamplePeriod);
        while (await timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            try
            {
                var readings = device.Read();
                await agent.WriteAsync(FrameKind.Sample, Sample(readings), default).ConfigureAwait(false);
                if (_health.Judge(readings) is { } news)
                    await agent.WriteAsync(FrameKind.Sample, news, default).ConfigureAwait(false);
            }
            catch (IOException)
            {
                return; // The reading side sees the same end and acts on it.
            }
        }
    }
}
