using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Tests;

public class ManifestReaderTests
{
    private const string Head = "apiVersion: factory/v1\nkind: Queue\nmetadata: {name: q}\n";

    [Theory]
    [InlineData("a: [", 2, 1, "", "not valid YAML or JSON", "")]
    [InlineData("- a", 1, 1, "", "is not a mapping", "start with 'apiVersion'")]
    [InlineData("", 1, 1, "", "holds no object", "apiVersion: factory/v1")]
    [InlineData("apiVersion: factory/v2\nkind: Queue\nmetadata: {name: q}\nspec: {}", 1, 13, "apiVersion", "'factory/v2' is not known", "factory/v1")]
    [InlineData("apiVersion: factory/v1\nkind: Queu\nmetadata: {name: q}\nspec: {}", 2, 7, "kind", "'Queu' is not a kind", "did you mean 'Queue'")]
    [InlineData("apiVersion: factory/v1\nkind: Queue\nspec: {}", 1, 1, "metadata", "is missing", "metadata: {name: ...}")]
    [InlineData("apiVersion: factory/v1\nkind: Queue\nmetadata: {name: Q_1}\nspec: {}", 3, 18, "metadata.name", "'Q_1' is not a name", "lower-case letters")]
    [InlineData(Head + "spec: {limitGpu: 3}", 4, 8, "Queue q: spec.limitGpu", "is not a field", "did you mean 'limitGpus'")]
    [InlineData(Head + "spec: {limitGpus: \"3\"}", 4, 19, "Queue q: spec.limitGpus", "'3' is not right", "a number between 0 and 10000000")]
    [InlineData(Head + "spec: {limitGpus: -1}", 4, 19, "Queue q: spec.limitGpus", "'-1' is out of range", "between 0 and")]
    [InlineData(Head + "spec: {limitGpus: &a 3}", 4, 19, "Queue q: spec.limitGpus", "uses a YAML anchor", "write the value out")]
    [InlineData(Head + "spec: []", 4, 7, "Queue q: spec", "is not a mapping", "write its fields")]
    [InlineData("{\"apiVersion\": \"factory/v1\",\n \"kind\": \"Queue\", \"metadata\": {\"name\": \"q\"},\n \"spec\": {\"limitGpus\": true}}", 3, 24, "Queue q: spec.limitGpus", "'true' is not right", "a number")]
    public void An_error_says_where_it_is_what_is_wrong_and_what_would_be_right(
        string text, int line, int column, string field, string problem, string expected)
    {
        var reading = ManifestReader.Read(text, "file.yaml");
        Assert.Empty(reading.Manifests);
        var error = Assert.Single(reading.Errors);
        Assert.Equal(("file.yaml", line, column, field), (error.File, error.Line, error.Column, error.Field));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_given_twice_is_an_error() =>
        Assert.Contains("limitGpus", Assert.Single(ManifestReader.Read(Head + "spec: {limitGpus: 1, limitGpus: 2}", "f").Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Every_error_of_a_file_is_told_at_once()
    {
        var reading = ManifestReader.Read(Head + "spec: {limitGpu: 1}\n---\napiVersion: factory/v1\nkind: Hall\nmetadata: {name: h}\nspec: {}", "f");
        Assert.Equal([4, 9], reading.Errors.Select(error => error.Line));
    }

    [Fact]
    public void A_name_given_twice_in_one_kind_is_an_error()
    {
        var error = Assert.Single(ManifestReader.Read(Head + "spec: {}\n---\n" + Head + "spec: {}", "f").Errors);
        Assert.Contains("already given in line 1", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12 kW", 12_000)]
    [InlineData("1.5MW", 1_500_000)]
    [InlineData("700W", 700)]
    public void Quantities_are_read_with_their_unit(string text, double watts)
    {
        var spec = Read<PowerDomainSpec>("PowerDomain", $"{{hall: h, type: feed, rating: {text}}}");
        Assert.Equal(watts, spec.Rating.Value);
    }

    [Theory]
    [InlineData("12")]
    [InlineData("12kw")]
    [InlineData("1e3W")]
    [InlineData("-5kW")]
    [InlineData("kW")]
    public void A_quantity_without_a_known_unit_or_out_of_range_is_an_error(string text)
    {
        var reading = ManifestReader.Read($"apiVersion: factory/v1\nkind: PowerDomain\nmetadata: {{name: p}}\nspec: {{hall: h, type: feed, rating: {text}}}", "f");
        Assert.Contains("a power such as 120kW", Assert.Single(reading.Errors).Expected, StringComparison.Ordinal);
    }

    private static T Read<T>(string kind, string spec)
    {
        var reading = ManifestReader.Read($"apiVersion: factory/v1\nkind: {kind}\nmetadata: {{name: x}}\nspec: {spec}", "f");
        Assert.Empty(reading.Errors);
        return (T)reading.Manifests[0].Spec;
    }
}
