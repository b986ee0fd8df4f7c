namespace ControlPlane.Facility.Leaks;

/// <summary>
/// A topic of a building management system: <c>BMS/v1/PUB/Metadata/Rack/RackLeakDetect/x/e03/leak</c> (DSX Exchange, BMS
/// schema). Whoever integrates publishes values under its own name in place of PUB, and metadata never.
/// </summary>
/// <param name="Publisher">PUB for the building's own system, else the integration.</param>
/// <param name="Kind">Value or Metadata.</param>
/// <param name="ObjectType">Such as Rack.</param>
/// <param name="PointType">Such as RackLeakDetect.</param>
/// <param name="Point">The rest: where the point is and its name.</param>
public sealed record PointTopic(string Publisher, string Kind, string ObjectType, string PointType, string Point)
{
    /// <summary>The building's own name.</summary>
    public const string Building = "PUB";

    private const string Root = "BMS/v1/";

    /// <summary>The place that the point belongs to: the part before its name.</summary>
    public string Place => Point.Split('/') is [.., var place, _] ? place : "";

    /// <summary>Reads a topic.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static PointTopic Parse(string topic)
    {
        var parts = topic.StartsWith(Root, StringComparison.Ordinal) ? topic[Root.Length..].Split('/', 5) : [];
        return parts is [var publisher, "Value" or "Metadata", var objectType, var pointType, var point]
            ? new PointTopic(publisher, parts[1], objectType, pointType, point)
            : throw new FormatException($"'{topic}' is not the topic of a point.");
    }

    /// <summary>The topic under which an integration publishes this point's value.</summary>
    public PointTopic ValueOf(string integration) => this with { Publisher = integration, Kind = "Value" };

    /// <summary>The topic as text.</summary>
    public override string ToString() => $"{Root}{Publisher}/{Kind}/{ObjectType}/{PointType}/{Point}";
}
