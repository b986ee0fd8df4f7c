using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Network;
using ControlPlane.Grains.Placement;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ControlPlane.Grains.Links;

/// <summary>A link's durable row.</summary>
[GenerateSerializer, Immutable, Alias("LinkRow")]
internal sealed record LinkRow
{
    [Id(0)] public bool Down { get; init; }

    [Id(1)] public string Reason { get; init; } = "";

    /// <summary>When it went down, as far as that counts.</summary>
    [Id(2)] public ValueList<DateTimeOffset> Falls { get; init; }

    /// <summary>True while it was last read as down.</summary>
    [Id(3)] public bool CarrierDown { get; init; }

    /// <summary>True while it is held back because it flapped.</summary>
    [Id(4)] public bool Held { get; init; }
}

/// <inheritdoc cref="ILinkGrain"/>
internal sealed class LinkGrain(
    [PersistentState("link", Storage.StorageNames.Rows)] IPersistentState<LinkRow> row, TimeProvider clock, IOptions<FactoryOptions> options, ILogger<LinkGrain> log)
    : DurableGrain<LinkRow>(row, log), ILinkGrain
{
    private readonly FlapRule _rule = new(options.Value.LinkFalls, options.Value.LinkFallsWithin, options.Value.LinkSteady, LinkReading.SilentAfter);
    private LinkReading? _reading;
    private RingReading? _ring;
    private DateTimeOffset? _steadySince;
    private DateTimeOffset? _readAt;
    private string? _told;
    private long _revision;
    private GigabitsPerSecond _reserved;
    private GigabitsPerSecond _capacity;

    private string[] Key => this.GetPrimaryKeyString().Split('/');

    private LinkId Link => new(Key[2]);

    private IPlacementGrain Hall => GrainFactory.Hall(new HallId(Key[1]));

    // Steadiness is not durable: an activation that has just begun knows of no reading, and counts anew.
    private LinkFlaps Flaps => new() { Falls = Row.Falls, IsDown = Row.CarrierDown, IsHeld = Row.Held, SteadySince = _steadySince, ReadAt = _readAt };

    public Task<LinkAnswer> SetUp(bool up, string reason)
    {
        ThrowIfPoisoned();
        var changed = Row with { Down = !up, Reason = reason };
        if (!up)
            return Become(changed);
        // Nobody reads the carrier any more: then the operator knows better than the last reading.
        var isSilent = _readAt is not { } read || clock.GetUtcNow() - read > LinkReading.SilentAfter;
        return Become(With(changed, Flaps.PutBack()) with { CarrierDown = Row.CarrierDown && !isSilent });
    }

    public async Task<LinkAnswer> Observe(bool? up, double? receiveGbps, double? transmitGbps, long? errors)
    {
        ThrowIfPoisoned();
        if (LinkReading.Faults(receiveGbps, transmitGbps, errors) is { Count: > 0 } faults)
            return new LinkAnswer(string.Join("; ", faults.Select(fault => $"{fault.Field}: {fault.Problem}; {fault.Expected}")), !IsOut(Row), Why(Row));
        var now = clock.GetUtcNow();
        var flaps = up is { } carrier ? Flaps.Read(carrier, now, _rule) : Flaps;
        var answer = await Become(With(Row, flaps));
        if (answer.Objection is not null)
            return answer;
        (_steadySince, _readAt) = (flaps.SteadySince, flaps.ReadAt);
        _reading = new LinkReading(now, up, Rate(receiveGbps), Rate(transmitGbps), errors);
        await Hall.ObserveLink(Link, _reading);
        return answer;
    }

    public Task ObserveRing(RingReading ring)
    {
        ThrowIfPoisoned();
        _ring = ring;
        return Task.CompletedTask;
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
        return Task.FromResult(new LinkStatus(Link, !IsOut(Row), Row.Reason, _reserved, _capacity)
        {
            Because = Why(Row),
            Reading = _reading?.At(clock.GetUtcNow()),
            Falls = Row.Falls,
            Ring = _ring,
        });
    }

    // The hall first: it knows whether there is such a trunk. Should the row then fail, whoever hears of no success says it again.
    private async Task<LinkAnswer> Become(LinkRow changed)
    {
        var why = Why(changed);
        if (_told != why)
        {
            if (await Hall.SetLinkUp(Link, !IsOut(changed), why) is { } objection)
                return new LinkAnswer(objection, false, "");
            _told = why;
        }
        if (changed != Row)
            await Commit(changed);
        return new LinkAnswer(null, !IsOut(changed), why);
    }

    private static LinkRow With(LinkRow row, LinkFlaps flaps) => row with { Falls = flaps.Falls, CarrierDown = flaps.IsDown, Held = flaps.IsHeld };

    private static bool IsOut(LinkRow row) => row.Down || row.CarrierDown || row.Held;

    private string Why(LinkRow row)
    {
        var sides = new List<string>();
        if (row.Down)
            sides.Add(row.Reason.Length == 0 ? "Set down by an operator." : $"Set down by an operator: {row.Reason}.");
        if (row.CarrierDown)
            sides.Add("Its carrier is down.");
        if (row.Held)
            sides.Add(FormattableString.Invariant($"It went down {_rule.Falls} times within {_rule.Window.TotalMinutes:0.#} min and must be steady for {_rule.Steady.TotalMinutes:0.#} min, or be set up by an operator."));
        return string.Join(" ", sides);
    }

    private static GigabitsPerSecond? Rate(double? gbps) => gbps is { } known ? GigabitsPerSecond.FromGigabits(known) : null;
}
