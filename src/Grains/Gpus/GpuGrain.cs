using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;
using Microsoft.Extensions.Logging;
using Orleans.Placement;

namespace ControlPlane.Grains.Gpus;

/// <inheritdoc cref="IGpuGrain"/>
[PreferLocalPlacement] // Beside its rack, which samples simulated devices in the same process.
internal sealed class GpuGrain(
    [PersistentState("gpu", Storage.StorageNames.Rows)] IPersistentState<GpuRow> row, SimulatedFleet fleet, TimeProvider clock, ILogger<GpuGrain> log)
    : DurableGrain<GpuRow>(row, log), IGpuGrain
{
    private readonly ILogger _log = log;
    private IGpuAgent? _agent;
    private string? _device;
    private string _health = "unknown";
    private GpuSample? _sample;
    private ArmedCap? _cap;

    private GpuId Gpu => new(this.Name());

    public async Task<RunAnswer> Run(GpuLease lease)
    {
        ThrowIfPoisoned();
        if (Row.Find(lease.Key) is { } held)
        {
            if (held.Lease.CapWatts != lease.CapWatts)
                await Limit(lease); // Its rack was started anew, and had heard of the limit before.
            return new RunAnswer(true, held.At, "", held.Result);
        }
        if (!lease.Simulated && _agent is null)
            return new RunAnswer(false, default, $"no agent is connected for GPU {Gpu}");
        var (taken, why) = Row.Take(lease, lease.StartedAt ?? clock.GetUtcNow());
        if (taken is null)
            return new RunAnswer(false, default, $"GPU {Gpu} refuses {lease.Key.Job}: {why}");
        var pushedOff = Row.Held.Where(old => taken.Find(old.Lease.Key) is null).ToList();
        await CommitIfReal(taken, lease);
        foreach (var old in pushedOff)
            StopWork(old.Lease);
        StartWork(lease);
        return new RunAnswer(true, taken.Find(lease.Key)!.At, "");
    }

    public async Task Limit(GpuLease lease)
    {
        ThrowIfPoisoned();
        if (Row.Find(lease.Key) is not { } held)
            return;
        // Durable for a real device: an agent that comes back is told what holds now.
        await CommitIfReal(Row with { Held = Row.Held.Select(one => one.Lease.Key == lease.Key ? one with { Lease = lease } : one).ToValueList() }, lease);
        if (lease.Simulated)
            fleet.Cap(Gpu, lease.CapWatts);
        else if (held.Result is null)
            Tell(agent => agent.Limit(Gpu, lease.Key, lease.CapWatts));
    }

    public Task Hold(ArmedCap cap)
    {
        ThrowIfPoisoned();
        _cap = cap;
        Tell(agent => agent.Hold(Gpu, cap));
        return Task.CompletedTask;
    }

    public Task Stop(LeaseKey lease)
    {
        ThrowIfPoisoned();
        if (Row.Find(lease) is not { } held)
            return Task.CompletedTask;
        StopWork(held.Lease);
        return CommitIfReal(Row.End(lease), held.Lease);
    }

    public async Task Retain(ValueList<LeaseKey> leases)
    {
        ThrowIfPoisoned();
        foreach (var held in Row.Held.Where(held => !leases.Contains(held.Lease.Key)))
            await Stop(held.Lease.Key);
    }

    public Task Attach(IGpuAgent agent, string deviceName, string health, GpuSample? sample)
    {
        ThrowIfPoisoned();
        var isNew = _agent is null || !_agent.Equals(agent);
        _agent = agent;
        (_device, _health, _sample) = (deviceName, health, sample);
        if (isNew)
        {
            if (_cap is { } cap)
                Tell(to => to.Hold(Gpu, cap));
            // A new agent process, or a new host for it: it starts what it does not run already.
            foreach (var held in Row.Held.Where(held => held.Result is null && !held.Lease.Simulated))
                StartWork(held.Lease);
        }
        return Task.CompletedTask;
    }

    public Task Reconcile(ValueList<LeaseKey> running)
    {
        ThrowIfPoisoned();
        // An agent does not know which task of its job it runs.
        foreach (var gone in running.Where(key => !Row.Held.Any(held => held.Lease.Key.Job == key.Job && held.Lease.Key.Generation == key.Generation && held.Result is null)))
            Tell(agent => agent.Stop(Gpu, gone));
        return Task.CompletedTask;
    }

    public Task Detach(string reason)
    {
        ThrowIfPoisoned();
        _log.LogInformation("GPU {Gpu} lost its agent: {Reason}", Gpu, reason);
        (_agent, _health, _sample) = (null, "unknown", null);
        return Task.CompletedTask;
    }

    public async Task<bool> Report(LeaseKey lease, KernelResult result)
    {
        ThrowIfPoisoned();
        if (Row.OfAgent(lease.Job, lease.Generation) is not { } held)
            return true; // Ended meanwhile: nobody needs the report any more.
        if (held.Result is null)
            await Commit(Row.Finish(held.Lease.Key, result));
        _ = GrainFactory.Rack(held.Lease.Rack).Ended(KernelEnds.Of(held.Lease.Key, result));
        return true;
    }

    public Task<ResetOutcome> Reset(long number, bool simulated)
    {
        ThrowIfPoisoned();
        if (Row.Held.Count > 0)
            return Task.FromResult(ResetOutcome.Held);
        if (simulated)
            fleet.SetFailed(Gpu, false);
        else if (_agent is not null)
            Tell(agent => agent.Reset(Gpu, number));
        return Task.FromResult(simulated ? ResetOutcome.Done : _agent is null ? ResetOutcome.NoAgent : ResetOutcome.Ordered);
    }

    public Task<GpuStatus> Get()
    {
        ThrowIfPoisoned();
        var simulated = fleet.Sample(Gpu, clock.GetUtcNow());
        var health = simulated is null ? _health : simulated.Failed ? "failed" : "healthy";
        return Task.FromResult(new GpuStatus(
            Gpu, _device ?? (simulated is null ? null : "simulated"), Row.Newest,
            Row.Held.Select(held => held.Lease.Key).ToValueList(), health, Row.KernelsRun)
        {
            Sample = simulated ?? _sample,
            CapWatts = simulated is null ? _cap?.Watts ?? 0 : fleet.FiredAt(Gpu),
        });
    }

    /// <summary>
    /// A real device's row is its fence and its result, and must last. A simulated device is gone with its process,
    /// and is made again from when the ledger says its gang began.
    /// </summary>
    private Task CommitIfReal(GpuRow changed, GpuLease lease)
    {
        if (!lease.Simulated)
            return Commit(changed);
        Keep(changed);
        return Task.CompletedTask;
    }

    private void StartWork(GpuLease lease)
    {
        using var activity = FactoryTelemetry.Source.StartActivity("gpu.run", ActivityKind.Internal, lease.TraceParent);
        activity?.SetTag("job", lease.Key.Job.Value).SetTag("gpu", Gpu.Value).SetTag("generation", lease.Key.Generation);
        if (lease.Simulated)
            fleet.Start(Gpu, lease, Row.Find(lease.Key)!.At);
        else
            Tell(agent => agent.Start(Gpu, new AgentLease(lease.Key, lease.Work, lease.CapWatts, activity?.Id ?? lease.TraceParent)));
    }

    private void StopWork(GpuLease lease)
    {
        if (lease.Simulated)
            fleet.Stop(Gpu, lease.Key);
        else
            Tell(agent => agent.Stop(Gpu, lease.Key));
    }

    /// <summary>Tells the agent; when the call fails the agent is gone, and the next one to attach is told again.</summary>
    private async void Tell(Func<IGpuAgent, Task> command)
    {
        if (_agent is not { } agent)
            return;
        try
        {
            await command(agent);
        }
        catch (Exception fault)
        {
            _log.LogWarning(fault, "GPU {Gpu}: the agent could not be told", Gpu);
            if (ReferenceEquals(agent, _agent))
                _agent = null;
        }
    }
}
