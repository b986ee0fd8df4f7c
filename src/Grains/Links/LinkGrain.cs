using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains.Links;

/// <summary>A link's durable row.</summary>
[GenerateSerializer, Immutable, Alias("LinkRow")]
internal sealed record LinkRow
{
    [Id(0)] public bool Down { get; init; }

    [Id(1)] public string Reason { get; init; } = "";
}

/// <inheritdoc cref="ILinkGrain"/>
internal sealed class LinkGrain([PersistentState("link", Storage.StorageNames.Rows)] IPersistentState<LinkRow> row, ILogger<LinkGrain> log)
    : DurableGrain<LinkRow>(row, log), ILinkGrain
{
    private long _revision;
    private GigabitsPerSecond _reserved;
    private GigabitsPerSecond _capacity;

    private string[] Key => this.GetPrimaryKeyString().Split('/');

    public async Task<string?> SetUp(bool up, string reason)
    {
        ThrowIfPoisoned();
        var objection = await GrainFactory.Hall(new HallId(Key[1])).SetLinkUp(new LinkId(Key[2]), up);
        if (objection is null)
            await Commit(new LinkRow { Down = !up, Reason = reason });
        return objection;
    }

    public Task Reserved(long revision, GigabitsPerSecond reserved, GigabitsPerSecond capacity)
    {
        if (revision >= _revision)
            (_revision, _reserved, _capacity) = (revision, reserved, capacity);
        return Task.CompletedTask;
    }

    public Task<LinkStatus> Get()
    {
        ThrowIfPoisoned();
        return Task.FromResult(new LinkStatus(new LinkId(Key[2]), !Row.Down, Row.Reason, _reserved, _capacity));
    }
}
