using ControlPlane.Domain.Manifests;
using CsCheck;

namespace ControlPlane.Domain.Tests;

/// <summary>What the reader refuses, where it says the error is, and what it says would be right.</summary>
public class FieldErrorTests
{
    /// <summary>Characters that mean something to YAML, or that no text should hold.</summary>
    private const string Broken = "\0\t\n :-{}[]\"'&*!|>%@,#?~9\u00e9\ud800";

    private const string Head = "apiVersion: factory/v1\n";

    public static TheoryData<string, string, int, int, string, string, string> Refused => new()
    {
        { "broken flow mapping", Head + "kind: Rack\nmetadata: {name: a\nspec: {}\n", 4, 1, "", "not valid YAML", "" },
        { "tab as indentation", Head + "kind: Site\nmetadata:\n\tname: a\n", 1, 1, "", "invalid tab as indentation", "" },
        { "nested without end", new string('[', 100_000), 1, 33, "", "nested deeper than 32 levels", "" },
        { "key given twice", Head + "kind: Site\nmetadata: {name: a}\nspec:\n  jurisdiction: us\n  jurisdiction: eu\n", 6, 3, "", "uplicate key jurisdiction", "" },
        { "only comments", "# nothing\n---\n# here\n", 1, 1, "", "holds no object", "start with" },
        { "unknown field", Head + "kind: Hall\nmetadata: {name: a}\nspec:\n  sites: b\n  site: b\n", 5, 3, "Hall a: spec.sites", "is not a field", "did you mean 'site'?" },
        { "unknown field unlike any", Head + "kind: Hall\nmetadata: {name: a}\nspec:\n  site: b\n  colour: red\n", 6, 3, "Hall a: spec.colour", "is not a field", "use one of: site" },
        { "unknown top field", Head + "kind: Hall\nmetadata: {name: a}\nspec: {site: b}\nstatus: {}\n", 5, 1, "status", "is not a field", "use one of: apiVersion, kind, metadata, spec" },
        { "unknown label", Head + "kind: Hall\nmetadata: {name: a, label: x}\nspec: {site: b}\n", 3, 21, "metadata.label", "is not a field", "use one of: name" },
        { "no version", "kind: Hall\nmetadata: {name: a}\nspec: {site: b}\n", 1, 1, "apiVersion", "is missing", "it is required" },
        { "no spec", Head + "kind: Hall\nmetadata: {name: a}\n", 1, 1, "Hall a: spec", "is missing", "every object has a spec" },
        { "missing field", Head + "kind: Hall\nmetadata: {name: a}\nspec: {}\n", 4, 7, "Hall a: spec.site", "is missing", "give the name of a Site" },
        { "fraction of a rack", Rack("count: 1.5"), 5, 10, "Rack a: spec.count", "'1.5' is not right", "give a whole number between 1 and 5000" },
        { "too many racks", Rack("count: 5001"), 5, 10, "Rack a: spec.count", "'5001' is out of range", "give a whole number between 1 and 5000" },
        { "wrong unit", Rack("powerLimit: 120kV"), 5, 15, "Rack a: spec.powerLimit", "'120kV' is not right", "give a power such as 120kW between 1 and 1000000000 W" },
        { "power beyond every number", Rack("powerLimit: 99999999999999999999MW"), 5, 15, "Rack a: spec.powerLimit", "is not right", "give a power such as 120kW" },
        { "not one of the choices", Rack("devices: real"), 5, 12, "Rack a: spec.devices", "'real' is out of range", "use one of: simulated, agent" },
        { "a list for a value", Rack("row: [1]"), 5, 8, "Rack a: spec.row", "is not a single value", "give a whole number" },
        { "empty value", Rack("fabric:"), 5, 10, "Rack a: spec.fabric", "'' is not right", "give the name of a Fabric" },
        { "not a duration", Job("{duration: 5 minutes}"), 7, 25, "Job a: spec.simulated.duration", "'5 minutes' is not right", "a duration such as 250ms, 90s, 5m, 1h30m or 2d" },
        { "an instant without its zone", Head + "kind: Reservation\nmetadata: {name: a}\nspec:\n  hall: h\n  from: 2027-01-15T22:00:00\n  until: 2027-01-16T04:00:00Z\n", 6, 9, "Reservation a: spec.from", "is not right", "give an instant with its offset" },
        { "share above one", Job("{duration: 5m, utilisation: 1.2}"), 7, 42, "Job a: spec.simulated.utilisation", "'1.2' is out of range", "give a number between 0 and 1" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Refuses_with_file_line_column_field_problem_and_expectation(
        string what, string text, int line, int column, string field, string problem, string expected)
    {
        var error = Facility.OnlyError(text);
        Assert.True(
            (error.File, error.Line, error.Column, error.Field) == (Facility.File, line, column, field.Length == 0 ? error.Field : field)
            && error.Problem.Contains(problem, StringComparison.Ordinal) && error.Expected.Contains(expected, StringComparison.Ordinal),
            $"{what}: {error}");
    }

    [Fact]
    public void Reads_JSON_however_it_is_laid_out()
    {
        foreach (var text in (string[])[
            """{"apiVersion":"factory/v1","kind":"Queue","metadata":{"name":"a"},"spec":{"limitGpus":8}}""",
            "{\n\t\"apiVersion\": \"factory/v1\",\n\t\"kind\": \"Queue\",\n\t\"metadata\": {\n\t\t\"name\": \"a\"\n\t},\n\t\"spec\": {\"limitGpus\": 8}\n}\n"])
        {
            var reading = ManifestReader.Read(text, Facility.File);
            Assert.Empty(reading.Errors);
            Assert.Equal(new QueueSpec { LimitGpus = 8 }, Assert.Single(reading.Manifests).Spec);
        }
    }

    [Fact]
    public void Reads_several_documents_in_order_and_skips_empty_ones()
    {
        var reading = ManifestReader.Read(
            "---\n---\n" + Facility.Document("Site", "a", "{jurisdiction: x}") + "---\n# nothing\n" + Facility.Document("Hall", "b", "{site: a}"), Facility.File);
        Assert.Empty(reading.Errors);
        Assert.Equal(["Site/a", "Hall/b"], reading.Manifests.Select(manifest => manifest.Key));
    }

    [Fact]
    public void Whatever_is_done_to_a_text_the_reader_answers_with_objects_or_with_errors() =>
        (from at in Gen.Int[0, Facility.Small.Length - 1]
         from length in Gen.Int[0, 20]
         from put in Gen.Char[Broken].Array[0, 6].Select(drawn => new string(drawn))
         select Facility.Small.Remove(at, Math.Min(length, Facility.Small.Length - at)).Insert(at, put)).Sample(text =>
         {
             var reading = ManifestReader.Read(text, Facility.File);
             return reading.Manifests.IsEmpty != reading.Errors.IsEmpty
                 && reading.Errors.All(error => error.Line >= 1 && error.Column >= 1 && error.Problem.Length > 0);
         });

    [Fact]
    public void Refuses_a_file_too_long_to_be_a_manifest()
    {
        var error = Facility.OnlyError(new string('#', ManifestReader.MaximumLength + 1));
        Assert.Contains($"at most {ManifestReader.MaximumLength}", error.Expected, StringComparison.Ordinal);
    }

    private static string Rack(string field) =>
        Head + $"kind: Rack\nmetadata: {{name: a}}\nspec:\n  {field}\n  hall: h\n  type: agent-cpu\n  powerDomain: p\n";

    private static string Job(string simulated) =>
        Head + $"kind: Job\nmetadata: {{name: a}}\nspec:\n  queue: q\n  tasks: [{{}}]\n  simulated: {simulated}\n";
}
