using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Tests;

public class FactoryModelTests
{
    private const string Base = """
        {apiVersion: factory/v1, kind: Site, metadata: {name: s}, spec: {jurisdiction: us-tx}}
        ---
        {apiVersion: factory/v1, kind: Hall, metadata: {name: h}, spec: {site: s}}
        ---
        {apiVersion: factory/v1, kind: PowerDomain, metadata: {name: feed}, spec: {hall: h, type: feed, rating: 1MW, continuousShare: 0.8}}
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: air}, spec: {hall: h, type: air, capacity: 1MW}}
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: water}, spec: {hall: h, type: liquid, capacity: 1MW}}
        ---
        {apiVersion: factory/v1, kind: Fabric, metadata: {name: net}, spec: {hall: h, type: infiniband, racksPerLeaf: 2, leafUplink: 1Tbps}}
        ---

        """;

    [Fact]
    public void A_rack_of_the_catalogue_becomes_nodes_domains_and_links()
    {
        var layout = Read("{apiVersion: factory/v1, kind: Rack, metadata: {name: gb}, spec: {hall: h, type: GB200-NVL72, count: 3, powerDomain: feed, liquidLoop: water, airZone: air, fabric: net}}").Model!.Layouts["h"];
        Assert.Equal(["gb-01", "gb-02", "gb-03"], layout.Racks.Select(rack => rack.Id.Value));
        Assert.Equal(3 * 18, layout.Nodes.Count);
        Assert.Equal(216, layout.GpuCount);
        Assert.Equal("gb-02-n03", layout.Nodes[layout.Racks[1].FirstNode + 3].Id.Value);
        Assert.Equal(3, layout.Nodes.Select(node => node.NvlinkDomain).Distinct().Count());
        Assert.Equal(["net-leaf-01", "net-leaf-02"], layout.Links.Select(link => link.Id.Value));
        Assert.Equal([0, 0, 1], layout.Racks.Select(rack => rack.Leaf));
        Assert.Equal(1, layout.Racks[0].Cooling.Sum(share => share.Share), 9);
        var rackDomain = layout.PowerDomains[layout.Racks[0].PowerDomain];
        Assert.Equal(("gb-01", 132.0), (rackDomain.Id.Value, rackDomain.Limit.Kilowatts));
        Assert.Equal(800, layout.PowerDomains[rackDomain.Parent].Limit.Kilowatts);
        Assert.Equal("us-tx", layout.Jurisdiction);
    }

    [Theory]
    [InlineData("{hall: h, type: DGX-H100-x4, powerDomain: fed, airZone: air}", "spec.powerDomain", "there is no PowerDomain 'fed'", "did you mean 'feed'")]
    [InlineData("{hall: h, type: DGX-H100-x5, powerDomain: feed, airZone: air}", "spec.type", "'DGX-H100-x5' is not a rack type", "did you mean 'DGX-H100-x4'")]
    [InlineData("{hall: h, type: DGX-H100-x4, powerDomain: feed}", "spec.airZone", "is missing", "CoolingLoop of type air")]
    [InlineData("{hall: h, type: GB200-NVL72, powerDomain: feed, airZone: air}", "spec.liquidLoop", "is missing", "CoolingLoop of type liquid")]
    public void A_rack_that_cannot_stand_says_which_field_and_why(string spec, string field, string problem, string expected)
    {
        var error = Assert.Single(Read($"{{apiVersion: factory/v1, kind: Rack, metadata: {{name: r}}, spec: {spec}}}").Errors);
        Assert.Equal("Rack r: " + field, error.Field);
        Assert.Equal(13, error.Line);
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.Contains(expected, error.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_of_power_domains_is_refused()
    {
        var reading = Read("""
            {apiVersion: factory/v1, kind: PowerDomain, metadata: {name: a}, spec: {hall: h, type: pdu, parent: b, rating: 1MW}}
            ---
            {apiVersion: factory/v1, kind: PowerDomain, metadata: {name: b}, spec: {hall: h, type: pdu, parent: a, rating: 1MW}}
            """);
        Assert.Contains(reading.Errors, error => error.Problem.Contains("a < b < a", StringComparison.Ordinal));
    }

    [Fact]
    public void An_object_of_another_hall_is_refused()
    {
        var reading = Read("""
            {apiVersion: factory/v1, kind: Hall, metadata: {name: other}, spec: {site: s}}
            ---
            {apiVersion: factory/v1, kind: Rack, metadata: {name: r}, spec: {hall: other, type: DGX-H100-x4, powerDomain: feed, airZone: air}}
            """);
        Assert.Equal(2, reading.Errors.Count(error => error.Problem.Contains("is in hall 'h'", StringComparison.Ordinal)));
    }

    [Fact]
    public void Removing_what_others_need_is_refused()
    {
        var model = Read("{apiVersion: factory/v1, kind: Queue, metadata: {name: q}, spec: {}}").Model!;
        Assert.NotEmpty(model.With([], ["Hall/h"], HardwareCatalogue.Default).Errors);
        Assert.Empty(model.With([], ["Queue/q"], HardwareCatalogue.Default).Errors);
    }

    private static FactoryReading Read(string more)
    {
        var reading = ManifestReader.Read(Base + more, "f");
        Assert.Empty(reading.Errors);
        return FactoryModel.Empty.With(reading.Manifests, [], HardwareCatalogue.Default);
    }
}
