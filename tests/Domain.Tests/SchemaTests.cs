using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Manifests;
using Json.Schema;

namespace ControlPlane.Domain.Tests;

public class SchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(ManifestSchema.Build().ToJsonString());

    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "examples"), "*.yaml", SearchOption.AllDirectories).Where(IsOfTheFactory).Select(file => Path.GetRelativePath(AppContext.BaseDirectory, file))];

    // A demand has kinds of its own, which only the planner reads; its tests read that example.
    private static bool IsOfTheFactory(string file) => Path.GetFileName(Path.GetDirectoryName(file)) != "planning";

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_shipped_manifest_is_valid(string file)
    {
        var reading = ManifestReader.Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)), file);
        Assert.Empty(reading.Errors);
        Assert.All(reading.Manifests, manifest => Assert.True(IsValid(ManifestWriter.ToJson(manifest)), manifest.Key));
    }

    [Theory]
    [InlineData("""{"apiVersion": "factory/v1", "kind": "Queue", "metadata": {"name": "q"}, "spec": {"limitGpu": 3}}""")]
    [InlineData("""{"apiVersion": "factory/v1", "kind": "Queue", "metadata": {"name": "Q"}, "spec": {}}""")]
    [InlineData("""{"apiVersion": "factory/v1", "kind": "Hall", "metadata": {"name": "h"}, "spec": {}}""")]
    [InlineData("""{"apiVersion": "factory/v1", "kind": "PowerDomain", "metadata": {"name": "p"}, "spec": {"hall": "h", "type": "feed", "rating": "12"}}""")]
    [InlineData("""{"apiVersion": "factory/v2", "kind": "Queue", "metadata": {"name": "q"}, "spec": {}}""")]
    public void What_the_reader_refuses_the_schema_refuses(string text)
    {
        Assert.NotEmpty(ManifestReader.Read(text, "f").Errors);
        Assert.False(IsValid(JsonNode.Parse(text)!));
    }

    private static bool IsValid(JsonNode manifest) => Schema.Evaluate(JsonSerializer.SerializeToElement(manifest)).IsValid;
}
