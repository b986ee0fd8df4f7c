using ControlPlane.Domain.Catalogue;

namespace ControlPlane.Domain.Tests;

public class CatalogueTests
{
    private static readonly HardwareCatalogue Catalogue = HardwareCatalogue.Default;

    [Fact]
    public void Every_figure_names_a_source_that_is_cited()
    {
        var figures = Catalogue.Gpus.Cast<object>().Concat(Catalogue.Nodes).Concat(Catalogue.Racks)
            .SelectMany(item => item.GetType().GetProperties().Where(property => property.PropertyType == typeof(Figure)).Select(property => (item, property.Name, (Figure?)property.GetValue(item))));
        foreach (var (item, name, figure) in figures)
        {
            if (figure is null)
                continue;
            Assert.True(figure.Sources.Count > 0, $"{item}: {name} has no source.");
            Assert.All(figure.Sources, source => Assert.True(Catalogue.Sources.ContainsKey(source), $"{name} cites {source}."));
        }
    }

    [Fact]
    public void Types_refer_to_types_that_exist()
    {
        Assert.All(Catalogue.Nodes, node => Assert.NotNull(Catalogue.Gpu(node.Gpu)));
        Assert.All(Catalogue.Racks, rack => Assert.NotNull(Catalogue.Node(rack.Node)));
    }

    [Fact]
    public void A_rack_at_full_power_stays_within_its_own_limit() => Assert.All(Catalogue.Racks, rack =>
    {
        var node = Catalogue.Node(rack.Node)!;
        var full = rack.OverheadWatts.Value + rack.Nodes.Value * (node.BaseWatts.Value + node.Gpus.Value * Catalogue.Gpu(node.Gpu)!.LimitWatts.Value);
        Assert.True(full <= rack.LimitWatts.Value, $"{rack.Name} draws {full} W of {rack.LimitWatts.Value} W.");
    });
}
