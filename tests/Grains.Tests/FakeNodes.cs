using System.Collections.Concurrent;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>
/// Nodes of one GPU each, with agents that say at once how every piece of work ended. Devices that failed say so in every
/// reading until they are reset.
/// </summary>
internal sealed class FakeNodes : IGpuAgent, IAsyncDisposable
{
    private readonly TestFactory _factory;
    private readonly IReadOnlyList<string> _nodes;
    private readonly Func<GpuId, (string ErrorCode, bool DeviceFails)> _outcome;
    private readonly ConcurrentDictionary<GpuId, string> _failed = new();
    private readonly ConcurrentBag<Task> _reports = [];
    private readonly SemaphoreSlim _stream = new(1);

    private FakeNodes(TestFactory factory, IReadOnlyList<string> nodes, Func<GpuId, (string, bool)> outcome) =>
        (_factory, _nodes, _outcome) = (factory, nodes, outcome);

    /// <summary>Work that was started, in order.</summary>
    public ConcurrentQueue<(GpuId Gpu, LeaseKey Lease)> Started { get; } = [];

    /// <summary>Work that was stopped.</summary>
    public ConcurrentQueue<LeaseKey> Stopped { get; } = [];

    /// <summary>What leases allow GPUs to draw; 0 for no limit.</summary>
    public ConcurrentDictionary<GpuId, double> Allowed { get; } = new();

    /// <summary>True while cards do not take the limits that they are told.</summary>
    public bool IgnoresLimits { get; set; }

    /// <summary>Devices that were reset.</summary>
    public ConcurrentQueue<GpuId> Resets { get; } = [];

    /// <summary>Why resets fail; empty when they do not.</summary>
    public string ResetObjection { get; set; } = "";

    /// <summary>Connects the nodes.</summary>
    /// <param name="outcome">How work on a GPU ends: an error code, empty for success, null for not at all; and whether the device fails with it.</param>
    public static async Task<FakeNodes> AttachAsync(TestFactory factory, IReadOnlyList<string> nodes, Func<GpuId, (string? ErrorCode, bool DeviceFails)> outcome)
    {
        var fakes = new FakeNodes(factory, nodes, gpu => outcome(gpu) is var (code, fails) ? (code ?? "never", fails) : default);
        var reference = factory.Grains.CreateObjectReference<IGpuAgent>(fakes);
        foreach (var node in nodes)
            await factory.Grains.Gpu(GpuOf(node)).Attach(reference, "a card", "healthy", null);
        await fakes.HearAsync();
        return fakes;
    }

    /// <summary>Lets time pass, and agents be heard, until a condition holds.</summary>
    public Task RunUntilAsync(Func<Task<bool>> condition, Func<string> otherwise) => _factory.RunUntilAsync(
        async () =>
        {
            await HearAsync();
            return await condition();
        },
        otherwise);

    /// <summary>Lets time pass until a job is in a phase.</summary>
    public async Task<JobRecord> RunUntilAsync(string job, JobPhase phase)
    {
        JobRecord? record = null;
        await RunUntilAsync(async () => (record = await _factory.JobAsync(job)).Phase == phase, () => $"{job} did not become {phase}: {record}");
        return record!;
    }

    public Task Start(GpuId gpu, AgentLease order)
    {
        var lease = order.Key;
        Started.Enqueue((gpu, lease));
        Allowed[gpu] = order.CapWatts;
        var (code, fails) = _outcome(gpu);
        if (code == "never")
            return Task.CompletedTask;
        if (fails)
            _failed[gpu] = code;
        // The answer comes on a call of its own, as an agent's does.
        _reports.Add(Task.Run(async () =>
        {
            await HearAsync();
            await _factory.Grains.Gpu(gpu).Report(lease, new KernelResult(code.Length == 0, code, code.Length == 0 ? "" : "as ordered", "a card", 1, 1, "GB/s", 7, true, 0, 1));
        }));
        return Task.CompletedTask;
    }

    public Task Limit(GpuId gpu, LeaseKey lease, double watts)
    {
        Allowed[gpu] = watts;
        return Task.CompletedTask;
    }

    public Task Stop(GpuId gpu, LeaseKey lease)
    {
        Stopped.Enqueue(lease);
        return Task.CompletedTask;
    }

    public Task Hold(GpuId gpu, ArmedCap cap) => Task.CompletedTask;

    public Task Reset(GpuId gpu, long number)
    {
        Resets.Enqueue(gpu);
        var objection = ResetObjection;
        if (objection.Length == 0)
            _failed.TryRemove(gpu, out _);
        _reports.Add(Task.Run(async () =>
        {
            await HearAsync();
            await _factory.Grains.Remedies(new HallId("hall-a")).ResetEnded(gpu, number, objection);
        }));
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_reports);
        _stream.Dispose();
    }

    private static GpuId GpuOf(string node) => new(node + "-g0");

    // One at a time, as on an agent's stream: no reading overtakes a later one.
    private async Task HearAsync()
    {
        await _stream.WaitAsync();
        try
        {
            await ObserveAsync();
        }
        finally
        {
            _stream.Release();
        }
    }

    private GpuSample SampleOf(GpuId gpu, string? why)
    {
        var allowed = Allowed.GetValueOrDefault(gpu);
        return new(gpu, 40, 50, 0, why is not null, why ?? "") { LeaseCapWatts = allowed, LimitWatts = IgnoresLimits || allowed == 0 ? 700 : allowed };
    }

    private async Task ObserveAsync()
    {
        foreach (var node in _nodes)
        {
            var why = _failed.GetValueOrDefault(GpuOf(node));
            await _factory.Grains.Rack(new RackId(node[..node.LastIndexOf("-n", StringComparison.Ordinal)]))
                .Observe(new NodeId(node), [SampleOf(GpuOf(node), why)], TimeSpan.Zero);
        }
    }
}
