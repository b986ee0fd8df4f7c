using ControlPlane.Domain;
using ControlPlane.Facility.Diagnostics;
using ControlPlane.Facility.Health;
using ControlPlane.Grains.Jobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ControlPlane.Grains.Health;

/// <summary>The durable row of <see cref="CheckGrain"/>.</summary>
[GenerateSerializer, Immutable, Alias("CheckRow")]
internal sealed record CheckRow
{
    /// <summary>Oldest first.</summary>
    [Id(0)] public ValueList<CheckedNode> Nodes { get; init; } = [];

    /// <summary>The row with a node looked at.</summary>
    public CheckRow With(CheckedNode node) => new() { Nodes = Nodes.Where(one => one.Node != node.Node).Append(node).ToValueList() };
}

/// <inheritdoc cref="ICheckGrain"/>
internal sealed class CheckGrain(
    [PersistentState("checks", Storage.StorageNames.Rows)] IPersistentState<CheckRow> row, IOptions<FactoryOptions> options, TimeProvider clock, ILogger<CheckGrain> log)
    : DurableGrain<CheckRow>(row, log), ICheckGrain
{
    private const string Source = "checks";
    private const string Check = "BackgroundCheck";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>A check that was put off is tried again after this long.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromHours(1);

    private readonly ILogger _log = log;
    private IGrainTimer? _timer;
    private NodeCheck? _current;

    private HallId HallName => new(this.Name());

    public Task Wake()
    {
        if (options.Value.CheckEvery > TimeSpan.Zero)
            _timer ??= this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(Period, Period) { KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task<ValueList<CheckedNode>> Get()
    {
        ThrowIfPoisoned();
        return Task.FromResult(Row.Nodes);
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        try
        {
            _current ??= await Next();
            if (_current is { } check && await check.GoOnAsync() is { } outcome)
                await End(check, outcome);
        }
        catch (Exception fault) when (fault is OrleansException or TimeoutException or InvalidOperationException)
        {
            _log.LogWarning(fault, "The background check of hall {Hall} waits", HallName);
        }
    }

    private async Task<NodeCheck?> Next()
    {
        var now = clock.GetUtcNow();
        var due = (await GrainFactory.Hall(HallName).IdleNodes()).Select(idle => (Idle: idle, Last: Row.Nodes.FirstOrDefault(one => one.Node == idle.Node)))
            .Where(one => now - one.Last.At >= (one.Last.IsWhole || options.Value.CheckEvery < Again ? options.Value.CheckEvery : Again)).OrderBy(one => one.Last.At).ThenBy(one => one.Idle.Node.Value, StringComparer.Ordinal).ToList();
        foreach (var (idle, _) in due)
        {
            // Without an agent there is nothing to test: the next in line.
            if ((await GrainFactory.Gpu(GrainKeys.GpuOf(idle.Node, 0)).Get()).Device is { } device)
                return new NodeCheck(GrainFactory, idle, device, new QueueId(options.Value.CheckQueue), now, clock);
        }
        return null;
    }

    private async Task End(NodeCheck check, CheckOutcome outcome)
    {
        _current = null;
        await Commit(Row.With(new CheckedNode(check.Node, clock.GetUtcNow(), outcome.Text) { IsWhole = outcome.IsWhole }));
        _log.LogInformation("Background check of {Node}: {Outcome}", check.Node, outcome.Text);
        if (!outcome.IsWhole)
            return; // It says nothing of the node, and what was said before stands.
        await GrainFactory.Health(HallName, check.Node).Report(new HealthStatement(
            Source, HealthMode.Report, clock.GetUtcNow(),
            outcome.Findings.Count == 0 ? [new HealthPart(Check, null)] : [],
            outcome.Findings.Select(finding => new HealthFinding(new HealthPart(Check, finding.Gpu), null, finding.Message, [HealthAlert.PreventAllocations, "Hardware"])).ToValueList()));
    }
}
