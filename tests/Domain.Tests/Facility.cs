using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Tests;

/// <summary>A small hall as text, to which a test adds what it is about.</summary>
internal static class Facility
{
    public const string File = "hall.yaml";

    /// <summary>A site, a hall with a feed, a liquid loop, an air zone and a fabric, and a queue.</summary>
    public const string Small = """
        apiVersion: factory/v1
        kind: Site
        metadata: {name: site}
        spec: {jurisdiction: us-tx}
        ---
        apiVersion: factory/v1
        kind: Hall
        metadata: {name: hall-a}
        spec: {site: site}
        ---
        apiVersion: factory/v1
        kind: PowerDomain
        metadata: {name: feed}
        spec: {hall: hall-a, type: feed, rating: 1MW, continuousShare: 0.8}
        ---
        apiVersion: factory/v1
        kind: CoolingLoop
        metadata: {name: cdu}
        spec: {hall: hall-a, type: liquid, capacity: 500kW, supplyTemperature: 30C}
        ---
        apiVersion: factory/v1
        kind: CoolingLoop
        metadata: {name: air}
        spec: {hall: hall-a, type: air, capacity: 500kW}
        ---
        apiVersion: factory/v1
        kind: Fabric
        metadata: {name: fabric}
        spec: {hall: hall-a, type: infiniband, racksPerLeaf: 2, leafUplink: 12.8Tbps, leavesPerSpine: 2, spineUplink: 25.6Tbps}
        ---
        apiVersion: factory/v1
        kind: Queue
        metadata: {name: research}
        spec: {limitGpus: 64}

        """;

    /// <summary>The one error of a text that the reader refuses.</summary>
    public static ManifestError OnlyError(string text)
    {
        var reading = ManifestReader.Read(text, File);
        Assert.Empty(reading.Manifests);
        return Assert.Single(reading.Errors);
    }

    /// <summary>A document of the given kind, its spec in flow style.</summary>
    public static string Document(string kind, string name, string spec) =>
        $"---\napiVersion: factory/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n";

    /// <summary>The small hall with more documents, checked as a whole.</summary>
    public static FactoryReading With(params string[] documents)
    {
        var reading = ManifestReader.Read(Small + string.Concat(documents), File);
        Assert.Empty(reading.Errors);
        return FactoryModel.Empty.With(reading.Manifests, [], HardwareCatalogue.Default);
    }
}
