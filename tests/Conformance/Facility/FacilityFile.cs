using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>A file of acceptance cases for the facility's control laws: something given, then steps with expectations.</summary>
internal static class FacilityFile
{
    /// <summary>What such a file says of itself.</summary>
    public const string Format = "dsx-acceptance-cases/1";

    private static readonly string[] CaseFields = ["id", "tier", "title", "given", "steps", "provenance", "our_choices", "notes"];

    // By a field that only such a case is given.
    private static readonly (string Field, Func<CaseInputs, IFacilityRun> Start)[] Kinds =
    [
        ("topology", given => new PolicyRun(given)),
        ("metadata", given => new LeakRun(given)),
        ("reports", given => new HealthRun(given)),
        ("racks_managed", given => new PilotRun(given)),
        ("warning_threshold_pct", given => new BreachRun(given)),
        ("feeds", given => new LoadTargetRun(given)),
        ("groups", given => new BandRun(given)),
    ];

    /// <summary>Runs every case.</summary>
    /// <exception cref="CaseException">The file is not of a form that is known.</exception>
    public static IReadOnlyList<CaseOutcome> Run(string path, JsonObject root)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var unknown = root.Select(field => field.Key).Except(["format", "units", "cases"]).ToList();
        if (unknown.Count > 0)
            throw new CaseException($"unknown fields: {string.Join(", ", unknown)}");
        return [.. (root["cases"] as JsonArray ?? throw new CaseException("'cases' is not a list")).Select(node => Outcome(node as JsonObject ?? throw new CaseException("a case is not an object"), folder))];
    }

    private static CaseOutcome Outcome(JsonObject stated, string folder)
    {
        var name = stated["id"]?.ToString() ?? "(no id)";
        try
        {
            return new CaseOutcome(name, Failures(name, stated, folder));
        }
        catch (Exception fault) when (IsFault(fault))
        {
            return new CaseOutcome(name, [fault.Message]);
        }
    }

    private static List<string> Failures(string name, JsonObject stated, string folder)
    {
        var failures = stated.Select(field => field.Key).Except(CaseFields).Select(field => $"the case's field '{field}' is not known").ToList();
        var given = new CaseInputs(name, stated["given"] as JsonObject ?? throw new CaseException("'given' is not an object"), [], folder);
        var start = Kinds.FirstOrDefault(kind => given.Names.Contains(kind.Field)).Start ?? throw new CaseException("the kind of the case is not known");
        var run = start(given);
        failures.AddRange(given.Unread.Select(field => $"the given '{field}' is not known"));
        var steps = stated["steps"] as JsonArray ?? throw new CaseException("'steps' is not a list");
        for (var i = 0; i < steps.Count; i++)
            failures.AddRange(StepFailures(name, run, (JsonObject)steps[i]!, folder).Select(failure => $"step {i + 1}: {failure}"));
        return failures;
    }

    private static List<string> StepFailures(string name, IFacilityRun run, JsonObject stated, string folder)
    {
        try
        {
            var step = new CaseInputs(name, stated, [], folder);
            var operation = step.TextOrNone("op") ?? "";
            var expected = step.Node("expect") as JsonObject;
            step.Remark("expect", "note");
            var facts = run.Do(operation, step);
            var failures = expected is null ? [] : FactComparison.Failures("", expected, facts).ToList();
            failures.AddRange(step.Unread.Select(field => $"the step's field '{field}' is not known"));
            return failures;
        }
        catch (Exception fault) when (IsFault(fault))
        {
            return [fault.Message];
        }
    }

    private static bool IsFault(Exception fault) =>
        fault is CaseException or ArgumentException or InvalidOperationException or FormatException or OverflowException or InvalidCastException or KeyNotFoundException;
}
