using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Placement;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains.Power;

/// <summary>A feed tree's durable row.</summary>
[GenerateSerializer, Immutable, Alias("PowerRow")]
internal sealed record PowerRow
{
    [Id(0)] public ValueList<RequestedLimit> Limits { get; init; }
    [Id(1)] public ValueList<FeedTarget> Targets { get; init; }
    [Id(2)] public FeedBreach? Breach { get; init; }
}

/// <inheritdoc cref="IPowerGrain"/>
internal sealed class PowerGrain(
    [PersistentState("feed", Storage.StorageNames.Rows)] IPersistentState<PowerRow> row, TimeProvider clock, ILogger<PowerGrain> log)
    : DurableGrain<PowerRow>(row, log), IPowerGrain
{
    private HallId Hall => new(this.GetPrimaryKeyString().Split('/')[1]);

    private PowerDomainId Root => new(this.GetPrimaryKeyString().Split('/')[2]);

    public async Task<PowerLimitAnswer> SetLimit(PowerDomainId domain, Watts? limit, string reason, LimitUrgency urgency)
    {
        ThrowIfPoisoned();
        // Durable intent first: if the hall cannot be told now, it is told on the next request or start.
        var others = Row.Limits.Where(asked => asked.Domain != domain);
        var limits = limit is { } watts ? others.Append(new RequestedLimit(domain, watts, reason, clock.GetUtcNow()) { Urgency = urgency }) : others;
        var before = Row;
        await Commit(Row with { Limits = limits.ToValueList() });
        var answer = await Tell(domain);
        if (!answer.Found || answer.Objection is not null)
            await Commit(before);
        return answer;
    }

    public async Task<PowerLimitAnswer> Follow(ValueList<FeedTarget> targets)
    {
        ThrowIfPoisoned();
        if (Row.Targets != targets)
            await Commit(Row with { Targets = targets });
        return await Tell(Root);
    }

    public Task<ValueList<FeedTarget>> Targets()
    {
        ThrowIfPoisoned();
        return Task.FromResult(Row.Targets);
    }

    public async Task Note(FeedBreach? open)
    {
        ThrowIfPoisoned();
        if (Row.Breach != open)
            await Commit(Row with { Breach = open });
    }

    public Task<FeedBreach?> Breach()
    {
        ThrowIfPoisoned();
        return Task.FromResult(Row.Breach);
    }

    public Task<ValueList<RequestedLimit>> Get()
    {
        ThrowIfPoisoned();
        return Task.FromResult(Row.Limits);
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var domain in Row.Limits.Select(asked => asked.Domain).Append(Root).Distinct().Where(domain => domain != Root || Row.Targets.Count > 0 || Asked(Root) is not null))
            await Tell(domain);
    }

    private Task<PowerLimitAnswer> Tell(PowerDomainId domain)
    {
        var asked = Asked(domain);
        var (limit, urgency) = (asked?.Limit, asked?.Urgency ?? LimitUrgency.Lower);
        // A target that is more than best effort is kept even where jobs must be paused for it.
        if (domain == Root && InForce() is { Limit: { } target } kept && !(target >= limit))
            (limit, urgency) = (target, kept.IsBestEffort ? LimitUrgency.Lower : LimitUrgency.Pause);
        return GrainFactory.Hall(Hall).SetPowerLimit(domain, limit, urgency);
    }

    private RequestedLimit? Asked(PowerDomainId domain) => Row.Limits.FirstOrDefault(asked => asked.Domain == domain);

    // Of several targets the one that came last.
    private FeedTarget? InForce()
    {
        var now = clock.GetUtcNow();
        return Row.Targets.LastOrDefault(target => now >= target.Start && !(now >= target.End));
    }
}
