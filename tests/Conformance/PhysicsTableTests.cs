using System.Text.Json.Nodes;
using ControlPlane.Facility.Breakers;
using ControlPlane.Facility.Conversion;
using ControlPlane.Facility.Economics;
using ControlPlane.Facility.Feeds;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Conformance.Tests;

/// <summary>Cases use the tables that their file states: here it is seen that the product's own say the same.</summary>
public sealed class PhysicsTableTests
{
    [SkippableFact]
    public void Curves_of_breakers_are_the_published_ones()
    {
        var stated = Parameters("F01");
        Assert.All(TripCurves.All, curve => Assert.Equal(
            (curve.K, curve.Alpha, curve.C), (Number(stated[curve.Name]!["k_s"]), Number(stated[curve.Name]!["alpha"]), Number(stated[curve.Name]!["c_s"]))));
        Assert.Equal(stated.Count, TripCurves.All.Count);
    }

    [SkippableFact]
    public void Overload_tables_are_the_published_ones()
    {
        var stated = Parameters("F02")["ups_tables"]!;
        Assert.All(UpsOverloadTable.All, table => Assert.Equal(
            Rows(stated[table.Name]!).Select(row => new OverloadRange(row[0], row[1], row[2])), table.Ranges));
    }

    [SkippableFact]
    public void Losses_and_supplies_are_the_published_ones()
    {
        var stated = Parameters("F03");
        Assert.Equal(Rows(stated["psu_curve"]!).Select(row => (row[0], row[1])), PowerSupply.Titanium.Points);
        Assert.Equal(Number(stated["frontier"]!["sivoc"]![1]), StagedSystem.Frontier.Converter.Efficiency);
        Assert.Equal(Number(stated["frontier"]!["rectifier"]![0]), StagedSystem.Frontier.Rectifier.ConstantLoss.Value);
    }

    [SkippableFact]
    public void Curves_under_caps_are_the_published_ones()
    {
        foreach (var (workload, rows) in (JsonObject)Parameters("F05")["a100_400w_emerald"]!)
        {
            var curve = CapCurves.Find("A100-SXM4-400W", workload)!;
            Assert.All(Rows(rows!), row =>
            {
                var point = curve.Under(Domain.Units.Watts.FromWatts(row[0]));
                Assert.Equal(row[1], point.Throughput, 6);
                Assert.Equal(row[2], point.Draw.Value, 3);
            });
        }
    }

    [SkippableFact]
    public void Prices_and_floors_are_the_published_ones()
    {
        foreach (var (name, row) in (JsonObject)Parameters("F11")["inferencex_gpu_specs"]!)
        {
            var price = GpuPrice.Find(name)!;
            Assert.Equal(
                (Number(row!["kw"]), Number(row["hyper"]), Number(row["neo"]), Number(row["rent3y"])),
                (price.AllIn.Kilowatts, price.Hyperscaler, price.Neocloud, price.ThreeYearRental));
        }
        foreach (var (name, floor) in (JsonObject)Parameters("F12")["flex_floors"]!)
            Assert.Equal(Number(floor), FlexClass.Find(name)!.Floor);
    }

    private static double Number(JsonNode? node) => node!.GetValue<double>();

    private static IEnumerable<double[]> Rows(JsonNode list) => ((JsonArray)list).Select(row => ((JsonArray)row!).Select(Number).ToArray());

    private static JsonObject Parameters(string formula)
    {
        var root = JsonNode.Parse(File.ReadAllText(Path.Combine(SharedFolder.Find(), "cases", "physics_cases.json")))!;
        return (JsonObject)((JsonArray)root["formulas"]!).Single(one => one!["id"]!.ToString().StartsWith(formula, StringComparison.Ordinal))!["parameters"]!;
    }
}
