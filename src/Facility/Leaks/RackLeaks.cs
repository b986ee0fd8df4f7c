using System.Collections.Immutable;
using ControlPlane.Domain;
using ControlPlane.Facility.Health;

namespace ControlPlane.Facility.Leaks;

/// <summary>
/// What is known of leaks in a rack. Every point stands for itself: that one is clear says nothing of another. A value of
/// bad quality changes nothing: it is neither a leak nor its end.
/// </summary>
/// <param name="IsolationThreshold">So many leaking trays call for isolation: 2 (NVIDIA infrastructure controller).</param>
public sealed record RackLeaks(int IsolationThreshold = 2)
{
    /// <summary>How often a value that did not change is published again (DSX Exchange, BMS schema).</summary>
    public static readonly TimeSpan RepublishEvery = TimeSpan.FromSeconds(100);

    private static readonly string[] Requests = ["RackLiquidIsolationRequest", "RackElectricalIsolationRequest"];

    /// <summary>The last trusted value of each point, by its topic.</summary>
    public ImmutableSortedDictionary<string, double> Points { get; private init; } = ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    /// <summary>Trays that leak.</summary>
    public int LeakingTrays { get; private init; }

    /// <summary>What is wrong: one alert for each point that says so.</summary>
    public ValueList<HealthAlert> Alerts => [.. Points.Where(point => point.Value > 0).Select(point => AlertOf(PointTopic.Parse(point.Key)))];

    /// <summary>Whether anything new may be placed in the rack.</summary>
    public bool TakesPlacements => !Alerts.Any(alert => alert.Classifications.Contains(HealthAlert.PreventAllocations)) && LeakingTrays < IsolationThreshold;

    /// <summary>Whether the rack should be cut from coolant and power.</summary>
    public bool CallsForIsolation => LeakingTrays >= IsolationThreshold;

    /// <summary>A point says something.</summary>
    public RackLeaks Observe(PointTopic topic, PointValue value) =>
        value.IsTrusted ? this with { Points = Points.SetItem(topic.ToString(), value.Value) } : this;

    /// <summary>Trays say how many of them leak. Each leaking one is shut down; enough of them isolate the rack.</summary>
    /// <param name="trays">0 or more.</param>
    public RackLeaks WithLeakingTrays(int trays)
    {
        Require.Count(IsolationThreshold, 1);
        return this with { LeakingTrays = Require.Count(trays, 0) };
    }

    /// <summary>
    /// The requests for isolation that this integration publishes: only to points of this place whose metadata name it.
    /// They are requests; the building decides.
    /// </summary>
    /// <param name="integration">Its name.</param>
    /// <param name="place">The rack's place in topics.</param>
    /// <param name="metadata">Topics of metadata and the integration that each names, or null.</param>
    public IReadOnlyList<(PointTopic Topic, PointValue Value)> IsolationRequests(
        string integration, string place, IEnumerable<(PointTopic Topic, string? Integration)> metadata) => !CallsForIsolation ? [] :
        [
            .. metadata.Where(point => point.Integration == integration && Requests.Contains(point.Topic.PointType)
                    && point.Topic.Place.Equals(place, StringComparison.OrdinalIgnoreCase))
                .OrderBy(point => Array.IndexOf(Requests, point.Topic.PointType))
                .Select(point => (point.Topic.ValueOf(integration), new PointValue(1, 1))),
        ];

    // A fault of the sensor blocks nothing by itself: it says that leaks may go unseen.
    private static HealthAlert AlertOf(PointTopic topic)
    {
        var isLeak = topic.PointType.Contains("LeakDetect", StringComparison.Ordinal);
        ValueList<string> classes = isLeak ? ["Hardware", HealthAlert.PreventAllocations, "SensorCritical"] : ["Hardware", "SensorFailure"];
        return new HealthAlert(topic.PointType, topic.Point, TimeSpan.Zero, isLeak ? "leak" : "sensor fault", classes);
    }
}
