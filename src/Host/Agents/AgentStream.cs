using System.Collections.Concurrent;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Racks;
using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Probes;
using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;
using Grpc.Core;
using KernelWork = ControlPlane.Domain.Jobs.KernelWork;

namespace ControlPlane.Host.Agents;

/// <summary>Turns commands from GPU grains into messages on one agent's stream, one at a time.</summary>
internal sealed class AgentStream(Hello hello, IServerStreamWriter<ToAgent> stream, ILogger log, CancellationToken ended) : IGpuAgent, IArmedNode, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<uint, string> _health = new(
        hello.Devices.Select(device => KeyValuePair.Create(device.Index, Word(device.Health, device.HealthDetail))));

    private readonly ConcurrentDictionary<uint, GpuSample> _samples = new();
    private readonly ConcurrentDictionary<uint, DeviceSample> _cards = new();
    private readonly ConcurrentDictionary<uint, uint> _xids = new();

    /// <summary>How a device is, as its agent last said.</summary>
    public string HealthOf(uint device) => _health.GetValueOrDefault(device, "unknown");

    /// <summary>A device's newest readings, or null before the first.</summary>
    public GpuSample? SampleOf(uint device) => _samples.GetValueOrDefault(device);

    /// <summary>The same as the agent sent it.</summary>
    public DeviceSample? CardOf(uint device) => _cards.GetValueOrDefault(device);

    /// <summary>The last Xid that the agent told of the device, 0 for none.</summary>
    public uint XidOf(uint device) => _xids.GetValueOrDefault(device);

    /// <summary>Keeps what a message says about its devices, and returns it.</summary>
    public ValueList<GpuSample> Note(Telemetry telemetry)
    {
        foreach (var sample in telemetry.Samples)
        {
            _health[sample.Device] = Word(sample.Health, sample.HealthDetail);
            _cards[sample.Device] = sample;
            var before = _samples.GetValueOrDefault(sample.Device)?.LimitDetail ?? "";
            var read = _samples[sample.Device] = Read(sample);
            if (read.LimitDetail.Length > 0 && read.LimitDetail != before)
                log.LogWarning("GPU {Gpu} does not keep a cap as ordered: {Why}", read.Gpu, read.LimitDetail);
        }
        foreach (var happened in telemetry.Events.Where(happened => happened.Kind == "xid" && hello.Devices.Any(device => device.Index == happened.Device)))
            _xids[happened.Device] = happened.Code;
        return telemetry.Samples.Select(sample => _samples[sample.Device]).ToValueList();
    }

    public Task Hold(GpuId gpu, ArmedCap cap) => Send(MessageOf(cap, [DeviceOf(gpu)]));

    public async void Hold(ArmedCap cap)
    {
        try
        {
            await Send(MessageOf(cap, hello.Devices.Select(device => device.Index)));
        }
        catch (Exception fault) when (fault is OperationCanceledException or InvalidOperationException or IOException or RpcException or ObjectDisposedException)
        {
            // The stream ends: the GPUs' grains tell the agent as it comes back.
            log.LogWarning("Node {Node} could not be told its caps: {Why}", hello.Node, fault.Message);
        }
    }

    public Task Start(GpuId gpu, AgentLease lease)
    {
        var message = new Lease
        {
            Device = DeviceOf(gpu),
            Job = lease.Key.Job.Value,
            Generation = lease.Key.Generation,
            Traceparent = lease.TraceParent,
            CapWatts = lease.CapWatts,
        };
        switch (lease.Work)
        {
            case KernelWork kernel:
                message.Kernel = Message(kernel);
                break;
            case Domain.Jobs.ProgramWork program:
                message.Program = ProgramMessages.Of(program);
                break;
            case Domain.Jobs.CollectiveWork collective:
                message.Collective = CollectiveMessages.Of(collective, lease.Key.Task);
                break;
            case Domain.Jobs.ProbeWork probe:
                message.Probe = ProbeMessages.Of(probe);
                break;
            default:
                throw new ArgumentException($"An agent does not run {lease.Work.GetType().Name}.", nameof(lease));
        }
        return Send(new ToAgent { Lease = message });
    }

    public Task Limit(GpuId gpu, LeaseKey lease, double watts) => Send(new ToAgent
    {
        Limit = new LimitLease { Device = DeviceOf(gpu), Job = lease.Job.Value, Generation = lease.Generation, Watts = watts },
    });

    public Task Stop(GpuId gpu, LeaseKey lease) => Send(new ToAgent
    {
        Stop = new StopLease { Device = DeviceOf(gpu), Job = lease.Job.Value, Generation = lease.Generation },
    });

    public Task Reset(GpuId gpu, long number) => Send(new ToAgent { Reset = new ResetDevice { Device = DeviceOf(gpu), Order = number } });

    public async Task Send(ToAgent message)
    {
        await _gate.WaitAsync(ended);
        try
        {
            await stream.WriteAsync(message, ended);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private GpuSample Read(DeviceSample sample) => new(
        Grains.GrainKeys.GpuOf(new NodeId(hello.Node), (int)sample.Device), sample.HasPowerWatts ? sample.PowerWatts : null,
        sample.HasTemperatureCelsius ? sample.TemperatureCelsius : null, sample.HasUtilisation ? sample.Utilisation : null,
        sample.Health == DeviceHealth.Failed, sample.HealthDetail)
    {
        LimitWatts = sample.HasLimitWatts ? sample.LimitWatts : null,
        LimitDetail = sample.LimitDetail,
        LeaseCapWatts = sample.LeaseCapWatts,
        EnergyJoules = sample.HasEnergyJoules ? sample.EnergyJoules : null,
        SmClockMegahertz = sample.HasSmClockMegahertz ? sample.SmClockMegahertz : null,
        SlowedBecause = sample.HasSlowedBecause ? (long)sample.SlowedBecause : null,
        UncorrectedErrors = sample.HasUncorrectedErrors ? (long)sample.UncorrectedErrors : null,
        RowsPending = sample.HasRowsPending ? sample.RowsPending : null,
        RowsFailed = sample.HasRowsFailed ? sample.RowsFailed : null,
        MemoryCelsius = sample.HasMemoryCelsius ? sample.MemoryCelsius : null,
        MemoryClockMegahertz = sample.HasMemoryClockMegahertz ? sample.MemoryClockMegahertz : null,
        Links = LinkMessages.Read(sample.Links),
        Progress = sample.HasProgress ? sample.Progress : null,
        Loss = sample.HasLoss ? sample.Loss : null,
        JobMemoryBytes = sample.HasJobMemoryBytes ? (long)sample.JobMemoryBytes : null,
    };

    private static ToAgent MessageOf(ArmedCap cap, IEnumerable<uint> devices) => new()
    {
        Hold = new HoldPower
        {
            Authority = cap.Authority.ToString(),
            Revision = cap.Revision,
            Caps = { devices.Select(device => new DeviceCap { Device = device, Watts = cap.Watts }) },
        },
    };

    private static string Word(DeviceHealth health, string detail)
    {
        var word = health.ToString().ToLowerInvariant();
        return detail.Length == 0 ? word : $"{word}: {detail}";
    }

    private uint DeviceOf(GpuId gpu) =>
        hello.Devices.First(device => Grains.GrainKeys.GpuOf(new NodeId(hello.Node), (int)device.Index) == gpu).Index;

    private static Hardware.Protocol.KernelWork Message(KernelWork work)
    {
        var message = new Hardware.Protocol.KernelWork
        {
            Name = work.Name,
            Repetitions = (uint)work.Repetitions,
            Check = work.Check,
            Seed = work.Seed,
            TimeoutSeconds = (uint)Math.Ceiling(work.Timeout.TotalSeconds),
        };
        foreach (var size in work.Sizes)
            message.Sizes[size.Name] = size.Value;
        return message;
    }
}
