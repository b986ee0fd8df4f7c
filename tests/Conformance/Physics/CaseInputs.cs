using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>
/// The inputs of a physics case, remembering which were read: one that nobody reads is one that nobody understands.
/// Quantities are asked for without their unit and come in SI units, whatever unit the input's name ends with.
/// </summary>
internal sealed class CaseInputs
{
    private readonly Dictionary<string, JsonNode?> _inputs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (string Name, double Scale)> _quantities = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _read = new(StringComparer.OrdinalIgnoreCase);
    private readonly JsonObject _formula;

    public CaseInputs(string caseId, JsonObject inputs, JsonObject formula, string folder)
    {
        (CaseId, _formula, Folder) = (caseId, formula, folder);
        foreach (var (name, value) in inputs)
        {
            if (!_inputs.TryAdd(name, value))
                throw new CaseException($"the input '{name}' is stated twice");
            if (UnitSuffix.Split(name) is var (stem, scale))
                _quantities.TryAdd(stem, (name, scale));
        }
    }

    /// <summary>The case's name; some cases say by it alone whether a machine is idle.</summary>
    public string CaseId { get; }

    /// <summary>The folder of the case file.</summary>
    public string Folder { get; }

    public IReadOnlyList<string> Unread => [.. _inputs.Keys.Where(name => !_read.Contains(name))];

    public IEnumerable<string> Names => _inputs.Keys;

    public bool Has(params string[] names) => names.Any(name => _inputs.ContainsKey(name) || _quantities.ContainsKey(name));

    /// <summary>Marks inputs that say what a case is about and change nothing.</summary>
    public void Remark(params string[] names) => _read.UnionWith(names);

    public JsonNode? Node(params string[] names)
    {
        var name = names.FirstOrDefault(_inputs.ContainsKey);
        if (name is null)
            return null;
        _read.Add(name);
        return _inputs[name];
    }

    public JsonNode Required(params string[] names) => Node(names) ?? throw Lacking(names);

    public string? TextOrNone(params string[] names) => Node(names)?.ToString();

    public string Text(params string[] names) => TextOrNone(names) ?? throw Lacking(names);

    /// <summary>A plain number under exactly one of these names.</summary>
    public double? PlainOrNone(params string[] names) => Node(names) is { } node ? Number(node, names[0]) : null;

    public double Plain(params string[] names) => PlainOrNone(names) ?? throw Lacking(names);

    public int? CountOrNone(params string[] names) => PlainOrNone(names) is not { } number ? null
        : number == Math.Floor(number) ? (int)number : throw new CaseException($"the input '{names[0]}' is not a whole number");

    public int Count(params string[] names) => CountOrNone(names) ?? throw Lacking(names);

    /// <summary>A quantity in SI units: under a name with a unit first, then under the bare name.</summary>
    public double? QuantityOrNone(params string[] stems)
    {
        foreach (var stem in stems)
        {
            if (_quantities.TryGetValue(stem, out var found))
                return PlainOrNone(found.Name) * found.Scale;
            if (PlainOrNone(stem) is { } bare)
                return bare;
        }
        return null;
    }

    public double Quantity(params string[] stems) => QuantityOrNone(stems) ?? throw Lacking(stems);

    public Watts? WattsOrNone(params string[] stems) => QuantityOrNone(stems) is { } watts ? Domain.Units.Watts.FromWatts(watts) : null;

    public Watts Watts(params string[] stems) => WattsOrNone(stems) ?? throw Lacking(stems);

    public Celsius Celsius(params string[] stems) => Domain.Units.Celsius.FromDegrees(Quantity(stems));

    /// <summary>A list of quantities in SI units; a single number is a list of one.</summary>
    public IReadOnlyList<double>? QuantitiesOrNone(params string[] stems)
    {
        foreach (var stem in stems)
        {
            var (name, scale) = _quantities.TryGetValue(stem, out var found) ? found : (stem, 1);
            if (Node(name) is { } node)
                return [.. Numbers(node, stem).Select(number => number * scale)];
        }
        return null;
    }

    public IReadOnlyList<double> Quantities(params string[] stems) => QuantitiesOrNone(stems) ?? throw Lacking(stems);

    /// <summary>What the file states beside the formula, such as a table; null when it states none of that name.</summary>
    public JsonNode? Stated(params string[] path) => path.Aggregate((JsonNode?)_formula, (node, name) => (node as JsonObject)?[name]);

    public static IReadOnlyList<double> Numbers(JsonNode node, string name) =>
        node is JsonArray list ? [.. list.Select(entry => Number(entry, name))] : [Number(node, name)];

    public static double Number(JsonNode? node, string name) => node is JsonValue value && value.TryGetValue<double>(out var number)
        ? number
        : throw new CaseException($"'{name}' is not a number");

    public static CaseException Lacking(params string[] names) => new($"the case lacks the input '{names[0]}'");
}
