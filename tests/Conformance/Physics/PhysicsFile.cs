using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>A file of physics cases: formulas, each with cases of inputs and expected values.</summary>
internal static class PhysicsFile
{
    /// <summary>What such a file says of itself.</summary>
    public const string Schema = "physics_cases/1";

    private static readonly string[] CaseFields = ["id", "inputs", "expected", "tolerance", "kind", "sources", "note"];

    private static readonly Dictionary<string, Func<string, CaseInputs, object?>> Formulas = new(StringComparer.Ordinal)
    {
        ["F01"] = BreakerCases.Answer,
        ["F02"] = FeedCases.Answer,
        ["F03"] = ConversionCases.Answer,
        ["F04"] = GpuPowerCases.Answer,
        ["F05"] = CapCases.Answer,
        ["F06"] = ThermalCases.Answer,
        ["F07"] = CoolantCases.Answer,
        ["F08"] = RecirculationCases.Answer,
        ["F09"] = NetworkCases.Answer,
        ["F10"] = ReliabilityCases.Answer,
        ["F11"] = TokenCases.Answer,
        ["F12"] = DemandResponseCases.Answer,
        ["B01"] = BalancerCases.Answer,
    };

    /// <summary>Runs every case.</summary>
    /// <param name="path">Where the file is: traces are looked for near it.</param>
    /// <param name="root">Its content.</param>
    /// <exception cref="CaseException">The file is not of a form that is known.</exception>
    public static IReadOnlyList<CaseOutcome> Run(string path, JsonObject root)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var outcomes = new List<CaseOutcome>();
        foreach (var node in root["formulas"] as JsonArray ?? throw new CaseException("'formulas' is not a list"))
        {
            var formula = node as JsonObject ?? throw new CaseException("a formula is not an object");
            foreach (var entry in formula["cases"] as JsonArray ?? throw new CaseException("'cases' of a formula is not a list"))
                outcomes.Add(Outcome(formula, entry as JsonObject ?? throw new CaseException("a case is not an object"), folder));
        }
        return outcomes;
    }

    private static CaseOutcome Outcome(JsonObject formula, JsonObject stated, string folder)
    {
        var name = stated["id"]?.ToString() ?? "(no id)";
        try
        {
            return new CaseOutcome(name, Failures(name, formula, stated, folder));
        }
        catch (Exception fault) when (fault is CaseException or ArgumentException or InvalidOperationException or FormatException or OverflowException or IOException)
        {
            return new CaseOutcome(name, [fault.Message]);
        }
    }

    private static List<string> Failures(string name, JsonObject formula, JsonObject stated, string folder)
    {
        var id = formula["id"]?.ToString() ?? "(no id)";
        if (!Formulas.TryGetValue(id.Split('_')[0], out var answer))
            return [$"the formula '{id}' is not known"];
        var failures = stated.Select(field => field.Key).Except(CaseFields).Select(field => $"the case's field '{field}' is not known").ToList();
        var expected = stated["expected"] as JsonObject ?? throw new CaseException("'expected' is not an object");
        if (expected.Count == 0)
            failures.Add("the case expects nothing");
        var inputs = new CaseInputs(name, stated["inputs"] as JsonObject ?? throw new CaseException("'inputs' is not an object"), formula, folder);
        var comparison = new Comparison(stated["tolerance"]);
        foreach (var (field, value) in expected)
        {
            try
            {
                if (comparison.FailureOf(field, value, Answer(answer, field, inputs)) is { } failure)
                    failures.Add(failure);
            }
            catch (Exception fault) when (fault is CaseException or ArgumentException or InvalidOperationException)
            {
                failures.Add($"{field}: {fault.Message}");
            }
        }
        failures.AddRange(inputs.Unread.Select(input => $"the input '{input}' is not known or not used"));
        return failures;
    }

    // Asked by the full name first; then without its unit, for a value in SI units.
    private static object? Answer(Func<string, CaseInputs, object?> answer, string field, CaseInputs inputs)
    {
        try
        {
            return answer(field, inputs);
        }
        catch (UnknownExpectationException) when (UnitSuffix.Split(field) is not null)
        {
            var (stem, scale) = UnitSuffix.Split(field)!.Value;
            return Scaled(Answer(answer, stem, inputs), scale);
        }
    }

    private static object? Scaled(object? value, double scale) => value switch
    {
        double number => number / scale,
        IReadOnlyList<double> numbers => numbers.Select(number => number / scale).ToList(),
        _ => value,
    };
}
