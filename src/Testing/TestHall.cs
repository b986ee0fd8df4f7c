using System.Globalization;
using System.Text;

namespace ControlPlane.Testing;

/// <summary>Describes a small hall in a few words. Everything not said is roomy: 10 MW of feed, cooling and trunks.</summary>
public sealed class TestHall
{
    private readonly StringBuilder _racks = new();
    private readonly StringBuilder _queues = new();
    private readonly string _name;
    private string _feed = "10MW";
    private double _oversubscription = 1;
    private string _liquid = "10MW";
    private string _air = "10MW";
    private string _leafUplink = "100Tbps";
    private int _racksPerLeaf = 4;

    private TestHall(string name) => _name = name;

    /// <summary>A hall without racks, named <paramref name="name"/>; its feed, loops and fabric are named after it.</summary>
    public static TestHall Named(string name = "hall-a") => new(name);

    /// <summary>Adds racks of a catalogue type.</summary>
    /// <param name="type">Such as <c>DGX-H100-x4</c>.</param>
    /// <param name="count">How many.</param>
    /// <param name="name">Their name; they are numbered from 01.</param>
    /// <param name="devices">simulated or agent.</param>
    public TestHall With(string type, int count, string name, string devices = "simulated")
    {
        _racks.Append(CultureInfo.InvariantCulture, $$"""
            ---
            apiVersion: factory/v1
            kind: Rack
            metadata: {name: {{name}}}
            spec:
              hall: {{_name}}
              type: {{type}}
              count: {{count}}
              powerDomain: {{_name}}-feed
              liquidLoop: {{_name}}-liquid
              airZone: {{_name}}-air
              fabric: {{_name}}-fabric
              devices: {{devices}}

            """);
        return this;
    }

    /// <summary>Sets the feed's rating, and how much may be booked over it as far as less is drawn.</summary>
    public TestHall Feed(string rating, double oversubscription = 1)
    {
        (_feed, _oversubscription) = (rating, oversubscription);
        return this;
    }

    /// <summary>Sets what the cooling carries away.</summary>
    public TestHall Cooling(string liquid, string air)
    {
        (_liquid, _air) = (liquid, air);
        return this;
    }

    /// <summary>Sets the trunks above leaf groups.</summary>
    public TestHall Fabric(string leafUplink, int racksPerLeaf)
    {
        (_leafUplink, _racksPerLeaf) = (leafUplink, racksPerLeaf);
        return this;
    }

    /// <summary>Adds a queue beside <c>default</c>.</summary>
    public TestHall Queue(string name, double? limitGpus = null, double? quotaGpus = null, string? parent = null)
    {
        var fields = new List<string>();
        if (limitGpus is { } limit)
            fields.Add(string.Create(CultureInfo.InvariantCulture, $"limitGpus: {limit}"));
        if (quotaGpus is { } quota)
            fields.Add(string.Create(CultureInfo.InvariantCulture, $"quotaGpus: {quota}"));
        if (parent is not null)
            fields.Add($"parent: {parent}");
        _queues.Append(CultureInfo.InvariantCulture, $$"""
            ---
            apiVersion: factory/v1
            kind: Queue
            metadata: {name: {{name}}}
            spec: { {{string.Join(", ", fields)}} }

            """);
        return this;
    }

    /// <summary>The hall as manifests.</summary>
    public string ToYaml() => $$"""
        apiVersion: factory/v1
        kind: Site
        metadata: {name: {{_name}}-site}
        spec: {jurisdiction: test}
        ---
        apiVersion: factory/v1
        kind: Hall
        metadata: {name: {{_name}}}
        spec: {site: {{_name}}-site}
        ---
        apiVersion: factory/v1
        kind: PowerDomain
        metadata: {name: {{_name}}-feed}
        spec: {hall: {{_name}}, type: feed, rating: {{_feed}}, oversubscription: {{_oversubscription.ToString(CultureInfo.InvariantCulture)}}}
        ---
        apiVersion: factory/v1
        kind: CoolingLoop
        metadata: {name: {{_name}}-liquid}
        spec: {hall: {{_name}}, type: liquid, capacity: {{_liquid}}, supplyTemperature: 30C}
        ---
        apiVersion: factory/v1
        kind: CoolingLoop
        metadata: {name: {{_name}}-air}
        spec: {hall: {{_name}}, type: air, capacity: {{_air}}}
        ---
        apiVersion: factory/v1
        kind: Fabric
        metadata: {name: {{_name}}-fabric}
        spec: {hall: {{_name}}, type: infiniband, racksPerLeaf: {{_racksPerLeaf}}, leafUplink: {{_leafUplink}}}
        ---
        apiVersion: factory/v1
        kind: Queue
        metadata: {name: default}
        spec: {}

        """ + _queues + _racks;
}
