using ControlPlane.Domain.Units;
using ControlPlane.Facility.Leaks;

namespace ControlPlane.Facility.Exchange;

/// <summary>
/// A building as its management system describes it. A value counts only once its point is described, and only from the
/// one who publishes it. What is not repeated in time is unknown; a leak stays until the same point says that it is over.
/// Not safe for several threads.
/// </summary>
/// <param name="integration">The name under which the building knows this product.</param>
public sealed class Building(string integration)
{
    /// <summary>Values are repeated every 100 s; whoever missed two repetitions is not heard any more.</summary>
    public static readonly TimeSpan SilentAfter = 2.5 * RackLeaks.RepublishEvery;

    private const string TrayLeak = "RackLeakDetectTray";
    private readonly Dictionary<PointName, PointDescription> _points = [];
    private readonly Dictionary<PointName, (double? Value, DateTimeOffset At)> _values = [];
    private readonly Dictionary<string, RackLeaks> _leaks = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, HashSet<PointName>> _racks = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The racks that points were described of.</summary>
    public IReadOnlyCollection<string> Racks => _racks.Keys;

    /// <summary>A point is described, perhaps anew.</summary>
    public void Describe(PointDescription point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var name = PointName.Of(point.Topic);
        if (_points.GetValueOrDefault(name)?.Rack is { } before && !before.Equals(point.Rack, StringComparison.OrdinalIgnoreCase))
            _racks[before].Remove(name);
        _points[name] = point;
        if (point.Rack is not { } rack)
            return;
        if (!_racks.TryGetValue(rack, out var points))
            _racks[rack] = points = [];
        points.Add(name);
    }

    /// <summary>A point shows something.</summary>
    /// <param name="reading">What it shows.</param>
    /// <param name="now">When it was heard: clocks of buildings are not trusted.</param>
    /// <returns>The rack that it is about, or null.</returns>
    public string? Observe(PointReading reading, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(reading);
        var name = PointName.Of(reading.Topic);
        if (!_points.TryGetValue(name, out var point) || reading.Topic.Publisher != (point.Integration ?? PointTopic.Building))
            return null;
        _values[name] = (reading.Trusted, now);
        if (point.Rack is not { } rack)
            return null;
        if (name.PointType is "RackLeakDetect" or "RackLeakSensorFault" or TrayLeak && reading.Trusted is { } state)
            Leak(rack, reading.Topic, state);
        return rack;
    }

    /// <summary>What is known of a rack.</summary>
    public RackConditions RackOf(string rack, DateTimeOffset now)
    {
        var leaks = _leaks.GetValueOrDefault(rack);
        return new RackConditions(
            Of(rack, "RackPower", now) is { } kilowatts and >= 0 and <= 1e6 ? Watts.FromKilowatts(kilowatts) : null,
            TemperatureOf(rack, "RackLiquidSupplyTemperature", now), TemperatureOf(rack, "RackLiquidReturnTemperature", now),
            leaks?.TakesPlacements ?? true, leaks?.LeakingTrays ?? 0);
    }

    /// <summary>What the meter of an object shows; null when there is none, or it is not heard.</summary>
    public Watts? MeterOf(string name, DateTimeOffset now)
    {
        var meter = _points.FirstOrDefault(point => point.Key is { ObjectType: "PowerMeter", PointType: "ActivePower" }
            && name.Equals(point.Value.Object, StringComparison.OrdinalIgnoreCase));
        double? factor = meter.Value?.Unit switch { "W" => 1, "kW" => 1e3, "MW" => 1e6, _ => null };
        return factor is { } scale && Fresh(meter.Key, now) is { } value and >= 0 && value * scale <= 1e12 ? Watts.FromWatts(value * scale) : null;
    }

    /// <summary>
    /// What this product publishes to the building: a value for each point whose description names it, and for no other.
    /// Requests to isolate a rack are requests; the building decides.
    /// </summary>
    public IEnumerable<(PointTopic Topic, PointValue Value)> Own(DateTimeOffset now) => _points
        .Where(point => point.Value.Integration == integration)
        .Select(point => (Topic: point.Value.Topic.ValueOf(integration), Value: OwnValue(point.Key, point.Value, now)))
        .Where(own => own.Value is not null).Select(own => (own.Topic, new PointValue(own.Value!.Value, 1)));

    /// <summary>Whether a topic is one of those.</summary>
    public bool Owns(PointTopic topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic.Kind == "Value" && topic.Publisher == integration && _points.GetValueOrDefault(PointName.Of(topic))?.Integration == integration;
    }

    private double? OwnValue(PointName name, PointDescription point, DateTimeOffset now) => name.PointType switch
    {
        "RackLiquidIsolationRequest" or "RackElectricalIsolationRequest" => _leaks.GetValueOrDefault(point.Rack!)?.CallsForIsolation == true ? 1 : 0,
        "HeartbeatTimestampIntegration" => now.ToUnixTimeMilliseconds(),
        "HeartbeatEchoIntegration" => _values.Keys.Where(key => key.PointType == "HeartbeatTimestampBms").Select(key => Fresh(key, now)).FirstOrDefault(),
        _ => null,
    };

    private void Leak(string rack, PointTopic topic, double state)
    {
        var leaks = _leaks.GetValueOrDefault(rack, new RackLeaks()).Observe(topic, new PointValue(state, 1));
        // Each tray stands for itself.
        var trays = leaks.Points.Count(point => point.Value > 0 && PointTopic.Parse(point.Key).PointType == TrayLeak);
        _leaks[rack] = leaks.WithLeakingTrays(trays);
    }

    private Celsius? TemperatureOf(string rack, string pointType, DateTimeOffset now) =>
        Of(rack, pointType, now) is { } degrees and > -50 and < 150 ? Celsius.FromDegrees(degrees) : null;

    private double? Of(string rack, string pointType, DateTimeOffset now) => _racks.TryGetValue(rack, out var points)
        ? points.Where(point => point.PointType == pointType).Select(point => Fresh(point, now)).FirstOrDefault(value => value is not null) : null;

    private double? Fresh(PointName name, DateTimeOffset now) =>
        _values.TryGetValue(name, out var heard) && now - heard.At <= SilentAfter ? heard.Value : null;

    private readonly record struct PointName(string ObjectType, string PointType, string Point)
    {
        public static PointName Of(PointTopic topic) => new(topic.ObjectType, topic.PointType, topic.Point);
    }
}
