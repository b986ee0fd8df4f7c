using System.Collections.Immutable;
using System.Text.Json;

namespace ControlPlane.Facility.Exchange;

/// <summary>The rules of every message of the DSX exchange (grid events 1.7.0, building points 1.0.0, machine states 1.0.0).</summary>
public static class MessageRules
{
    private static readonly Lazy<ShapeTable> GridEvents = new(() => ShapeTable.Embedded("grid-events.json"));
    private static readonly Lazy<ShapeTable> MachineStates = new(() => ShapeTable.Embedded("machine-states.json"));

    private static readonly ObjectShape PointValues = new(
        [
            new ShapeField("value", new OrNullShape(PlainShapes.Number), true),
            new ShapeField("timestamp", PlainShapes.Integer, true),
            new ShapeField("quality", PlainShapes.Integer, true),
        ],
        IsClosed: true);

    private static readonly ImmutableDictionary<MessageKind, string> Names = new Dictionary<MessageKind, string>
    {
        [MessageKind.LoadTargets] = "load targets",
        [MessageKind.PowerState] = "power state",
        [MessageKind.Breach] = "breach",
        [MessageKind.Enforcement] = "enforcement",
    }.ToImmutableDictionary();

    /// <summary>The first thing that is wrong with a message, or null.</summary>
    /// <param name="kind">What it is about; for the description of a point see <see cref="PointFault"/>.</param>
    /// <param name="payload">The message, for a grid event with its envelope.</param>
    public static MessageFault? FaultOf(MessageKind kind, JsonElement payload) => kind switch
    {
        MessageKind.PointValue => PointValues.FaultOf(payload, ""),
        MessageKind.MachineState => MachineStates.Value.Named("machine state").FaultOf(payload, ""),
        MessageKind.PointMetadata => throw new ArgumentOutOfRangeException(nameof(kind), kind, "A point's description needs its types."),
        _ => GridEvents.Value.Named(Names[kind] + " event").FaultOf(payload, ""),
    };

    /// <summary>The first thing that is wrong with what a grid event carries, without its envelope and signature; or null.</summary>
    public static MessageFault? ContentFault(MessageKind kind, JsonElement content) =>
        Names.TryGetValue(kind, out var name)
            ? GridEvents.Value.Named(name).FaultOf(content, "")
            : throw new ArgumentOutOfRangeException(nameof(kind), kind, "Only grid events have an envelope.");

    /// <summary>The first thing that is wrong with the description of a point, or null.</summary>
    /// <param name="objectType">The object that it belongs to, as its topic says.</param>
    /// <param name="pointType">Its type, as its topic says.</param>
    /// <param name="payload">The description.</param>
    public static MessageFault? PointFault(string objectType, string pointType, JsonElement payload) =>
        PointCatalogue.Find(objectType, pointType) is { } rule
            ? rule.FaultOf(payload)
            : new MessageFault("", $"there is no point {pointType} of {objectType}");
}
