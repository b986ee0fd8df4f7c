using ControlPlane.Domain;
using ControlPlane.Grains.Placement;
using ControlPlane.Scheduling;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains.Health;

/// <inheritdoc cref="INodeHealthGrain"/>
internal sealed class NodeHealthGrain(
    [PersistentState("health", Storage.StorageNames.Rows)] IPersistentState<HealthRow> row, TimeProvider clock, ILogger<NodeHealthGrain> log)
    : DurableGrain<HealthRow>(row, log), INodeHealthGrain
{
    /// <summary>A report from a clock that is further ahead would outrank all that follow.</summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(1);

    /// <summary>Far more than there are kinds of sources; it bounds the row.</summary>
    private const int MostSources = 32;

    private string[] Key => this.GetPrimaryKeyString().Split('/');

    private NodeId Node => new(Key[2]);

    private IPlacementGrain Hall => GrainFactory.Hall(new HallId(Key[1]));

    public async Task<HealthAnswer> Report(HealthStatement said)
    {
        ThrowIfPoisoned();
        var before = await Hall.ConditionOf(Node);
        if (before.Objection is { } unknown)
            return Answer(HealthOutcome.UnknownNode, unknown, before);
        if (Refusal(said) is { } refusal)
            return Answer(HealthOutcome.Refused, refusal, before);
        if (Row.Statements.FirstOrDefault(other => other.Source == said.Source) is { } known && known.ObservedAt > said.ObservedAt)
            return Answer(HealthOutcome.Ignored, $"Ignored: {said.Source} has said something newer, seen at {known.ObservedAt:yyyy-MM-ddTHH:mm:ssZ}.", before);
        return await Change(Row.With(said));
    }

    public async Task<HealthAnswer> Clear(string source)
    {
        ThrowIfPoisoned();
        var before = await Hall.ConditionOf(Node);
        return before.Objection is { } unknown ? Answer(HealthOutcome.UnknownNode, unknown, before) : await Change(Row.Without(source));
    }

    public async Task<HealthAnswer> Get()
    {
        ThrowIfPoisoned();
        var now = await Hall.ConditionOf(Node);
        return Answer(now.Objection is null ? HealthOutcome.Taken : HealthOutcome.UnknownNode, now.Objection ?? Verdict(now), now);
    }

    // Durable first, so that the hall is never ahead of what is known. Whoever hears of no success repeats the report, and the
    // hall is told again; what did not change is not written again.
    private async Task<HealthAnswer> Change(HealthRow changed)
    {
        if (changed.SaysTheSameAs(Row))
            Keep(changed);
        else
            await Commit(changed);
        var (alerts, message) = Row.Obstacle;
        var now = await Hall.SetNodeHealth(Node, alerts, message, Row.Drains);
        return Answer(now.Objection is null ? HealthOutcome.Taken : HealthOutcome.UnknownNode, now.Objection ?? Verdict(now), now);
    }

    private string? Refusal(HealthStatement said)
    {
        if (said.ObservedAt > clock.GetUtcNow() + MostAhead)
            return $"observedAt lies more than {MostAhead.TotalSeconds:0} s ahead of this host's clock, {clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}";
        return Row.Statements.Count >= MostSources && Row.Statements.All(other => other.Source != said.Source)
            ? $"the node has {MostSources} sources already: clear one first" : null;
    }

    private string Verdict(ConditionAnswer now) => now.Because.Length > 0 ? $"{Node} takes nothing new: {now.Because}."
        : Row.Statements.Count == 0 ? $"{Node} takes new work; nobody says anything of its health." : $"{Node} takes new work.";

    private HealthAnswer Answer(HealthOutcome outcome, string message, ConditionAnswer condition)
    {
        var merged = Row.Merged;
        return new HealthAnswer(outcome, message, new NodeHealth(
            Node, Row.Statements, merged, merged is null ? null : Row.Obstacle.Alerts.Length == 0, condition.Condition, condition.Because));
    }
}
