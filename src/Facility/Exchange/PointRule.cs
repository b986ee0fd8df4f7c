using System.Collections.Immutable;
using System.Text.Json;

namespace ControlPlane.Facility.Exchange;

/// <summary>What a building's description of a point must say.</summary>
internal sealed class PointRule
{
    private static readonly Shape Texts = new ListShape(PlainShapes.Text, 0);

    private static readonly Shape States = new ListShape(
        new ObjectShape([new ShapeField("value", PlainShapes.Integer, true), new ShapeField("text", PlainShapes.Text, true)], IsClosed: true), 0);

    private static readonly Shape Phases = new WordShape(["A", "B", "C", "1", "2", "3"], ImmutableSortedDictionary<string, Shape>.Empty);

    private readonly ObjectShape _fields;
    private readonly string _identity;
    private readonly string _reading;

    /// <summary>Makes the rule of a point.</summary>
    /// <param name="objectType">The object that it belongs to; null when any may be named.</param>
    /// <param name="pointType">Its type.</param>
    /// <param name="identity">How the object is named: rack, meter, named or equipment.</param>
    /// <param name="reading">Its unit, or <c>unit</c> (any), <c>states</c>, <c>either</c> of both, <c>at most one</c>, or <c>none</c>.</param>
    /// <param name="also">Further fields; those that may be absent end with a question mark.</param>
    public PointRule(string? objectType, string pointType, string identity, string reading, IEnumerable<string> also)
    {
        (_identity, _reading) = (identity, reading);
        var fields = new List<ShapeField>
        {
            new("objectType", objectType is null ? PlainShapes.Text : Word(objectType), true),
            new("pointType", Word(pointType), true),
        };
        fields.AddRange(Identity(identity));
        fields.AddRange(Reading(reading));
        foreach (var name in also)
        {
            fields.RemoveAll(field => field.Name == name.TrimEnd('?'));
            fields.Add(new ShapeField(name.TrimEnd('?'), Further(name.TrimEnd('?')), !name.EndsWith('?')));
        }
        _fields = new ObjectShape([.. fields], IsClosed: true);
    }

    /// <summary>The first thing that is wrong with a description, or null.</summary>
    public MessageFault? FaultOf(JsonElement payload) => _fields.FaultOf(payload, "") ?? IdentityFault(payload) ?? ReadingFault(payload);

    private MessageFault? IdentityFault(JsonElement payload)
    {
        if (_identity != "equipment")
            return null;
        // Equipment is either an object of its own or a part of another one.
        string[] own = payload.TryGetProperty("associateId", out _) ? [] : ["objectName", "objectId"];
        string[] foreign = own.Length > 0 ? [] : ["objectName", "objectId", "servesId"];
        return Missing(payload, own) ?? foreign.Where(name => payload.TryGetProperty(name, out _))
            .Select(name => new MessageFault(name, "must not be given beside associateId")).FirstOrDefault();
    }

    private MessageFault? ReadingFault(JsonElement payload)
    {
        var (hasUnit, hasStates) = (payload.TryGetProperty("engUnit", out _), payload.TryGetProperty("stateText", out _));
        if (_reading is not ("either" or "at most one"))
            return null;
        if (hasUnit && hasStates)
            return new MessageFault("stateText", "must not be given beside engUnit");
        return _reading == "either" && !hasUnit && !hasStates ? new MessageFault("engUnit", "is missing, and stateText too") : null;
    }

    private static MessageFault? Missing(JsonElement payload, string[] names) =>
        names.Where(name => !payload.TryGetProperty(name, out _)).Select(name => new MessageFault(name, "is missing")).FirstOrDefault();

    private static IEnumerable<ShapeField> Identity(string identity) => identity switch
    {
        "rack" => [new("rackLocationName", PlainShapes.Text, true), new("rackLocationId", PlainShapes.Text, true)],
        "meter" => [.. Named(true), new("servesId", Texts, true)],
        "named" => Named(true),
        _ => [.. Named(false), new("servesId", Texts, false), new("associateId", PlainShapes.Text, false), new("processArea", Texts, false)],
    };

    private static IEnumerable<ShapeField> Named(bool isRequired) =>
        [new("objectName", PlainShapes.Text, isRequired), new("objectId", PlainShapes.Text, isRequired)];

    private static IEnumerable<ShapeField> Reading(string reading) => reading switch
    {
        "none" => [],
        "states" => [new("stateText", States, true)],
        "unit" => [new("engUnit", PlainShapes.Text, true)],
        "either" or "at most one" => [new("engUnit", PlainShapes.Text, false), new("stateText", States, false)],
        _ => [new("engUnit", Word(reading), true)],
    };

    private static Shape Further(string name) => name switch
    {
        "isSetpoint" => PlainShapes.Flag,
        "phase" => Phases,
        "processArea" => Texts,
        _ => PlainShapes.Text,
    };

    private static WordShape Word(string word) => new([word], ImmutableSortedDictionary<string, Shape>.Empty);
}
