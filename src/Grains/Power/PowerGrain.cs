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
}

/// <inheritdoc cref="IPowerGrain"/>
internal sealed class PowerGrain(
    [PersistentState("feed", Storage.StorageNames.Rows)] IPersistentState<PowerRow> row, TimeProvider clock, ILogger<PowerGrain> log)
    : DurableGrain<PowerRow>(row, log), IPowerGrain
{
    private HallId Hall => new(this.GetPrimaryKeyString().Split('/')[1]);

    public async Task<PowerLimitAnswer> SetLimit(PowerDomainId domain, Watts? limit, string reason)
    {
        ThrowIfPoisoned();
        // Durable intent first: if the hall cannot be told now, it is told on the next request or start.
        var others = Row.Limits.Where(asked => asked.Domain != domain);
        var limits = limit is { } watts ? others.Append(new RequestedLimit(domain, watts, reason, clock.GetUtcNow())) : others;
        var before = Row;
        await Commit(new PowerRow { Limits = limits.ToValueList() });
        var answer = await GrainFactory.Hall(Hall).SetPowerLimit(domain, limit);
        if (!answer.Found)
            await Commit(before);
        return answer;
    }

    public Task<ValueList<RequestedLimit>> Get()
    {
        ThrowIfPoisoned();
        return Task.FromResult(Row.Limits);
    }

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var asked in Row.Limits)
            await GrainFactory.Hall(Hall).SetPowerLimit(asked.Domain, asked.Limit);
    }
}
