using System.Text.Json.Nodes;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>A file of language-neutral scheduling cases.</summary>
public static class CaseFile
{
    private const int KnownVersion = 1;

    /// <summary>Runs every case and every variant of a file.</summary>
    /// <param name="root">The file's content.</param>
    /// <exception cref="CaseException">The file is not of a version or form that is known.</exception>
    public static IReadOnlyList<CaseOutcome> Run(JsonObject root)
    {
        if (root["format_version"]?.GetValue<int>() is not KnownVersion)
            throw new CaseException($"format_version is not {KnownVersion}");
        var unknown = root.Select(field => field.Key).Except(["format_version", "about", "conventions", "cases"]).ToList();
        if (unknown.Count > 0)
            throw new CaseException($"unknown fields: {string.Join(", ", unknown)}");
        var outcomes = new List<CaseOutcome>();
        foreach (var node in root["cases"] as JsonArray ?? throw new CaseException("'cases' is not a list"))
        {
            var basis = node as JsonObject ?? throw new CaseException("a case is not an object");
            var variants = basis["variants"] as JsonArray ?? [];
            var name = basis["id"]?.ToString() ?? "(no id)";
            basis.Remove("variants");
            outcomes.Add(Outcome(name, () => basis));
            foreach (var variant in variants)
                outcomes.Add(Outcome($"{name} [{variant?["name"]}]", () => VariantOf(basis, variant!)));
        }
        return outcomes;
    }

    private static CaseOutcome Outcome(string name, Func<JsonObject> content)
    {
        try
        {
            var stated = CaseJson.Read<SchedulingCase>(content());
            return new CaseOutcome(name, new CaseRun(stated).Failures());
        }
        catch (Exception fault) when (fault is CaseException or Scheduling.InvariantException or InvalidOperationException or FormatException)
        {
            return new CaseOutcome(name, [fault.Message]);
        }
    }

    private static JsonObject VariantOf(JsonObject basis, JsonNode node)
    {
        var variant = CaseJson.Read<CaseVariant>(node);
        var made = (JsonObject)basis.DeepClone();
        foreach (var (section, content) in variant.Replace ?? [])
            made[section] = content?.DeepClone();
        foreach (var (path, value) in variant.Change ?? [])
            Change(made, path.Split('.'), value);
        made["expect"] = variant.Expect.DeepClone();
        return made;
    }

    // A path such as pending.gang8.topology or running.*.preemptible: section, entry by id, field, field...
    private static void Change(JsonNode node, ReadOnlySpan<string> path, JsonNode? value)
    {
        if (node is JsonArray entries)
        {
            var name = path[0];
            var chosen = entries.OfType<JsonObject>().Where(entry => name == "*" || entry["id"]?.ToString() == name).ToList();
            if (chosen.Count == 0)
                throw new CaseException($"the change names '{name}', which is not there");
            foreach (var entry in chosen)
                Change(entry, path[1..], value);
            return;
        }
        var fields = node as JsonObject ?? throw new CaseException($"the change names '{path[0]}' inside a plain value");
        if (path.Length == 1)
            fields[path[0]] = value?.DeepClone();
        else
            Change(fields[path[0]] ?? throw new CaseException($"the change names '{path[0]}', which is not there"), path[1..], value);
    }
}
