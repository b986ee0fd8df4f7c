using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.Tests.Capacity;

public sealed class CapacityPlannerTests
{
    // 3,000,000 tokens/s are 63 nodes: four racks of 18. A quarter of spares makes it six, since of five only three are used.
    // A loop's loss takes one row; of 100 % four racks must be in the other. A leaf takes two racks.
    [Theory]
    [InlineData(0, 0, 0, 0, 4)]
    [InlineData(25, 0, 0, 0, 6)]
    [InlineData(0, 0, 50, 0, 4)]
    [InlineData(0, 0, 100, 0, 8)]
    [InlineData(0, 100, 0, 0, 8)]
    [InlineData(0, 0, 0, 100, 6)]
    [InlineData(0, 0, 0, 50, 4)]
    public void Buys_what_the_demand_and_the_losses_ask_for(int spares, int feed, int loop, int leaf, int racks)
    {
        var question = (new SmallSite { Spares = spares, KeepFeed = feed, KeepLoop = loop, KeepLeaf = leaf, Quarters = 1 }).Question;
        var plan = CapacityPlanner.Plan(question).Plan!;
        Assert.Equal(racks, plan.Count(0, 0));
        Assert.Empty(SmallSite.Verify(question, plan));
        Assert.Empty(HallProof.Verify(question, plan, 0, HardwareCatalogue.Default, out var jobs));
        Assert.Equal(63, jobs);
    }

    [Fact]
    public void Keeps_room_for_a_busway_that_fails()
    {
        // Two busways that back one another carry 497,216 W between them: four racks' draw and not a watt less.
        var site = new SmallSite { Busway = "497216W", BackedBy = "other", Quarters = 1 };
        var question = site.Question;
        var plan = CapacityPlanner.Plan(question).Plan!;
        Assert.Equal(4, plan.Count(0, 0));
        Assert.Empty(HallProof.Verify(question, plan, 0, HardwareCatalogue.Default, out _));
        Assert.Null(CapacityPlanner.Plan((site with { Busway = "497215W" }).Question).Plan);
    }

    [Fact]
    public void Says_the_smallest_changes_with_which_a_demand_would_fit()
    {
        var report = Answer(new SmallSite { Positions = 1, Quarters = 1 });
        Assert.False(report.Fits);
        Assert.Equal("2027Q1", report.FirstShort);
        // Two racks have 36 nodes of the 62.4 that are needed.
        Assert.InRange(report.ServedPercent["2027Q1"], 57.6, 57.7);
        var space = Assert.Single(report.Relaxations, one => one.What == "floor space");
        Assert.Equal(2, space.Steps.Sum(step => int.Parse(step.Split(": ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.DoesNotContain(report.Relaxations, one => one.What == "busway");
    }

    [Fact]
    public void Nothing_is_ordered_before_the_day_of_the_plan()
    {
        var report = Answer(new SmallSite { LeadTime = "200d" });
        Assert.Equal(("2027Q1", 0), (report.FirstShort, report.ServedPercent["2027Q1"]));
        Assert.Contains(report.Relaxations, one => one.What == "supply");
        Assert.True(Answer(new SmallSite { LeadTime = "36d" }).Fits);
        Assert.Equal(new DateOnly(2026, 11, 26), Answer(new SmallSite { LeadTime = "36d" }).Orders[0].OrderBy);
    }

    [Fact]
    public void A_replica_over_two_nodes_takes_its_racks_whole_and_is_placed_in_one()
    {
        const string Wide = """
            {apiVersion: factory/v1, kind: Throughput, metadata: {name: wide}, spec: {model: wide, context: 8192, rackType: GB200-NVL72, gpus: 16, tokensPerSecond: 1000, source: test}}
            ---
            {apiVersion: factory/v1, kind: ServingDemand, metadata: {name: wide}, spec: {tenant: two, model: wide, context: 4096, tokensPerSecond: 4001}}
            ---
            {apiVersion: factory/v1, kind: TrainingDemand, metadata: {name: train}, spec: {tenant: two, gpu: GB200-GPU, gpuHours: 69984}}
            """;
        // Four gangs of four nodes in a rack, so 4,001 take two racks; 69,984 hours of 2,160 at 90 % are 36 GPUs, nine nodes.
        var question = new SmallSite { More = Wide, Quarters = 1 }.Question;
        var plan = CapacityPlanner.Plan(question).Plan!;
        Assert.Equal(6, plan.Count(0, 0));
        Assert.Empty(HallProof.Verify(question, plan, 0, HardwareCatalogue.Default, out var jobs));
        Assert.Equal(63 + 8 + 9, jobs);
    }

    [Fact]
    public void Names_what_binds_and_what_binds_next()
    {
        var quarter = Answer(new SmallSite { Positions = 3, Quarters = 1, Grid = "1.2MW" }).Quarters[0];
        // Four of six positions are taken; the grid connection carries eight racks at a PUE of 1.2.
        Assert.Equal(("floor space", 2L), (quarter.Binding!.Kind, quarter.Binding.MoreRacks));
        Assert.Equal(("grid", 4L), (quarter.Next!.Kind, quarter.Next.MoreRacks));
        Assert.Equal(4 * 124_304L, quarter.ProvisionedWatts);
        Assert.Equal(Math.Round(3_000_000 / (4 * 0.124304 * 1.2)), quarter.TokensPerSecondPerMegawatt);
    }

    [Fact]
    public void The_same_file_gives_the_same_bytes()
    {
        var site = new SmallSite { KeepLoop = 80, Spares = 5, SecondType = true };
        Assert.Equal(Json(Answer(site)), Json(Answer(site)));

        static string Json(CapacityReport report) => System.Text.Json.JsonSerializer.Serialize(report);
    }

    [Fact]
    public void The_page_asks_for_nothing_from_elsewhere()
    {
        var page = PlanPage.Write("a <plan>", Answer(new SmallSite()), 20e6);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.Contains("a &lt;plan&gt;", page, StringComparison.Ordinal);
        Assert.Equal(4, page.Split("<svg").Length - 1);
    }

    private static CapacityReport Answer(SmallSite site) => ReportBuilder.Answer(site.Question, HardwareCatalogue.Default, out _);
}
