using ControlPlane.Domain;
using ControlPlane.Facility.Exchange;
using ControlPlane.Facility.Leaks;
using ControlPlane.Grains;
using ControlPlane.Grains.Racks;

namespace ControlPlane.Host.Exchange;

/// <summary>Carries what the building shows to the racks, and what the building may know of them back.</summary>
internal sealed class BuildingBridge(ExchangeOptions options, IGrainFactory grains, ExchangeLink link, TimeProvider clock, ILogger<BuildingBridge> log)
{
    // Well within the time after which a rack thinks that the building is silent.
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);

    private readonly Dictionary<PointTopic, (PointValue Value, DateTimeOffset At)> _published = [];
    private readonly HashSet<string> _changed = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _leaking = new(StringComparer.OrdinalIgnoreCase);
    private DateTimeOffset _toldAll;

    /// <summary>What is known of the building.</summary>
    public Building Building { get; } = new(options.Integration);

    /// <summary>A point shows something.</summary>
    public void Hear(PointReading reading)
    {
        if (Building.Observe(reading, clock.GetUtcNow()) is { } rack)
            _changed.Add(rack);
    }

    /// <summary>Tells racks what changed, all of them from time to time; and the building what is its business.</summary>
    public async Task Tick(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (now - _toldAll >= TellEvery)
        {
            _changed.UnionWith(Building.Racks);
            _toldAll = now;
        }
        if (_changed.Count > 0)
        {
            var ours = await Racks();
            foreach (var rack in _changed)
            {
                if (ours.TryGetValue(options.Racks.GetValueOrDefault(rack, rack), out var known))
                    await Tell(rack, known, now);
            }
            _changed.Clear();
        }
        foreach (var (topic, value) in Building.Own(now).ToList())
            await Publish(topic, value, now, cancellation);
    }

    private async Task Tell(string name, RackId rack, DateTimeOffset now)
    {
        var conditions = Building.RackOf(name, now);
        if (!conditions.TakesPlacements && _leaking.Add(name))
            log.LogWarning("Rack {Rack} leaks, says the building: nothing new is placed there until its nodes are set ready again", rack);
        else if (conditions.TakesPlacements && _leaking.Remove(name))
            log.LogInformation("Rack {Rack} leaks no more, says the building: set its nodes ready when it is dry", rack);
        await grains.Rack(rack).ObserveBuilding(new BuildingReading(
            conditions.Power?.Value, conditions.Supply?.Value, conditions.Return?.Value, !conditions.TakesPlacements, now));
    }

    // On change, and again in time; heartbeats every ten seconds.
    private async Task Publish(PointTopic topic, PointValue value, DateTimeOffset now, CancellationToken cancellation)
    {
        var isHeartbeat = topic.ObjectType == "System";
        if (_published.TryGetValue(topic, out var last)
            && now - last.At < (isHeartbeat ? TellEvery : RackLeaks.RepublishEvery) && (isHeartbeat || last.Value == value))
            return;
        if (!Building.Owns(topic))
            throw new InvalidOperationException($"{topic} is not ours to publish on.");
        await link.Publish(topic.ToString(), ExchangeWriter.Write(value, now), false, cancellation);
        _published[topic] = (value, now);
        if (value.Value > 0 && !isHeartbeat && last.Value != value)
            log.LogWarning("{Topic}: isolation is requested of the building", topic);
    }

    private async Task<Dictionary<string, RackId>> Racks()
    {
        var racks = new Dictionary<string, RackId>(StringComparer.OrdinalIgnoreCase);
        foreach (var hall in await grains.Factory().Halls())
        {
            foreach (var rack in (await grains.Hall(hall).View()).Racks)
                racks[rack.Rack.Value] = rack.Rack;
        }
        return racks;
    }
}
