using System.Collections.Concurrent;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Racks;
using ControlPlane.Hardware.Protocol;
using Grpc.Core;
using KernelWork = ControlPlane.Domain.Jobs.KernelWork;

namespace ControlPlane.Host.Agents;

/// <summary>Turns commands from GPU grains into messages on one agent's stream, one at a time.</summary>
internal sealed class AgentStream(Hello hello, IServerStreamWriter<ToAgent> stream, CancellationToken ended) : IGpuAgent, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly ConcurrentDictionary<uint, string> _health = new(
        hello.Devices.Select(device => KeyValuePair.Create(device.Index, Word(device.Health, device.HealthDetail))));

    /// <summary>How a device is, as its agent last said.</summary>
    public string HealthOf(uint device) => _health.GetValueOrDefault(device, "unknown");

    /// <summary>Keeps what a sample says about its devices' health.</summary>
    public void Note(Telemetry telemetry)
    {
        foreach (var sample in telemetry.Samples)
            _health[sample.Device] = Word(sample.Health, sample.HealthDetail);
    }

    public Task Start(GpuId gpu, LeaseKey lease, KernelWork work, string traceParent) => Send(new ToAgent
    {
        Lease = new Lease
        {
            Device = DeviceOf(gpu),
            Job = lease.Job.Value,
            Generation = lease.Generation,
            Kernel = Message(work),
            Traceparent = traceParent,
        },
    });

    public Task Stop(GpuId gpu, LeaseKey lease) => Send(new ToAgent
    {
        Stop = new StopLease { Device = DeviceOf(gpu), Job = lease.Job.Value, Generation = lease.Generation },
    });

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
