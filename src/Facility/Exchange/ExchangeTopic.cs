using ControlPlane.Facility.Leaks;

namespace ControlPlane.Facility.Exchange;

/// <summary>A topic of the exchange.</summary>
/// <param name="Kind">What is published on it.</param>
/// <param name="Owner">Who publishes on it: a grid operator, an agent, an infrastructure, an integration or a machine.</param>
/// <param name="Point">The point of the building, or null.</param>
public sealed record ExchangeTopic(MessageKind Kind, string Owner, PointTopic? Point)
{
    private const string Building = "BMS/v1/";

    /// <summary>Where this product says what its feeds draw.</summary>
    public static string PowerState(string agent) => $"grid/v1/dsx-flex-agent/{agent}/powerstate/status";

    /// <summary>Where this product tells of breaches.</summary>
    public static string Breach(string agent) => $"grid/v1/dsx-flex-agent/{agent}/powerbreach";

    /// <summary>Reads a topic; null when it is none of the exchange.</summary>
    public static ExchangeTopic? Parse(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic.StartsWith(Building, StringComparison.Ordinal) ? OfPoint(topic) : topic.Split('/') switch
        {
            ["grid", "v1", "isv", { Length: > 0 } id, "loadtarget", "set"] => new(MessageKind.LoadTargets, id, null),
            ["grid", "v1", "dsx-flex-agent", { Length: > 0 } id, "powerstate", "status"] => new(MessageKind.PowerState, id, null),
            ["grid", "v1", "dsx-flex-agent", { Length: > 0 } id, "powerbreach"] => new(MessageKind.Breach, id, null),
            ["grid", "v1", "infra", { Length: > 0 } id, "powerbreach", "enforcement"] => new(MessageKind.Enforcement, id, null),
            ["NICO", "v1", "machine", { Length: > 0 } id, "state"] => new(MessageKind.MachineState, id, null),
            _ => null,
        };
    }

    private static ExchangeTopic? OfPoint(string topic)
    {
        PointTopic point;
        try
        {
            point = PointTopic.Parse(topic);
        }
        catch (FormatException)
        {
            return null;
        }
        // Only the building describes points.
        return point.Kind == "Metadata" && point.Publisher != PointTopic.Building ? null
            : new(point.Kind == "Value" ? MessageKind.PointValue : MessageKind.PointMetadata, point.Publisher, point);
    }
}
