using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation.Tests.Events;

public sealed class EventTwinTests
{
    [Fact]
    public void A_gang_that_nothing_disturbs_takes_as_long_as_in_its_trace()
    {
        var outcome = Run(TwinPlans.Of(32, new TracedJob(7, 100, 16, 5_000)), hours: 2);
        var job = Assert.Single(outcome.Jobs);
        Assert.Equal(("job-7", 16.0, 100_000L, 100_000L, 5_100_000L), (job.Name, job.Gpus, job.Submitted, job.Started, job.Ended));
        Assert.Equal(16 * 5_000 / 3600.0, outcome["usefulHours"], 1e-6);
        Assert.Equal(1, outcome["effectiveShare"]);
    }

    [Fact]
    public void Checkpoints_and_a_failed_node_cost_what_they_cost()
    {
        // Saves at 600 s of work for 60 s each. The node fails at 1,500 s: two cycles of 660 s are kept, 180 s are in vain.
        // The gang goes on at once on other nodes: 300 s of restart, 1,800 s of work, two more checkpoints between.
        var plan = TwinPlans.Of(32, new TracedJob(1, 0, 8, 3_000)) with
        {
            CheckpointEverySeconds = 600,
            Faults = [.. Enumerable.Range(0, 4).Select(node => new TwinFault(1_500, "node", $"rack-01-n0{node}", 100))],
        };
        var job = Assert.Single(Run(plan, hours: 3).Jobs);
        Assert.Equal((1, 180_000.0), (job.Failures, job.LostMilliseconds));
        // All four nodes of the hall are out until 1,600 s: it waits so long.
        Assert.Equal((1_600 + 300 + 1_800 + (2 * 60)) * 1000L, job.Ended);
    }

    [Fact]
    public void A_lowered_limit_sends_gangs_away_in_good_order_until_it_is_lifted()
    {
        var plan = TwinPlans.Of(32, new TracedJob(1, 0, 8, 3_000), new TracedJob(2, 0, 8, 3_000)) with
        {
            Faults = [new TwinFault(1_000, "limit", "feed", 2_000, 26)],
        };
        var outcome = Run(plan, hours: 3);
        Assert.Equal([1, 0], outcome.Jobs.OrderByDescending(job => job.Preemptions).Select(job => job.Preemptions));
        var sent = outcome.Jobs.Single(job => job.Preemptions == 1);
        // It ran for 1,000 s, waited for the limit (or for the other's end at 3,000 s), loaded for 300 s and ran on.
        Assert.Equal((0.0, (3_000 + 300 + 2_000) * 1000L), (sent.LostMilliseconds, sent.Ended));
    }

    [Fact]
    public void A_service_writes_what_its_requests_ask_for_and_stops_while_its_node_is_out()
    {
        var plan = TwinPlans.Of(32) with { Services = [TwinPlans.Service(1)], RestartSeconds = 0, Faults = [new TwinFault(3_600, "rack", "rack-01", 3_600)] };
        var outcome = Run(plan, hours: 4);
        var service = Assert.Single(outcome.Services);
        Assert.Equal((1.0, 0.75), (service.DownHours, service.MeanReplicas));
        // 6,000 tokens in the trace's 118 s and what its last request takes, over three hours.
        Assert.InRange(service.Tokens, 6_000.0 / 121 * 3 * 3600, 6_000.0 / 118 * 3 * 3600);
        Assert.Equal(service.Tokens, outcome["tokens"], service.Tokens * 1e-5);
        Assert.True(service.FirstTokenSeconds[0] < service.LastTokenSeconds[0]);
    }

    [Fact]
    public void An_idle_hall_draws_what_its_parts_draw_idle()
    {
        var outcome = Run(TwinPlans.Of(32), hours: 2);
        var model = Domain.Catalogue.HardwareCatalogue.Default;
        var (node, gpu, rack) = (model.Node("DGX-H100")!, model.Gpu("H100-SXM5-80GB")!, model.Rack("DGX-H100-x4")!);
        var watts = rack.OverheadWatts.Value + (4 * (node.BaseWatts.Value + (8 * gpu.IdleWatts.Value)));
        Assert.Equal(watts / 1000, outcome["meanPower"], 1e-6);
        Assert.Equal(watts / 1000 * 2 / 1000, outcome["energy"], 1e-6);
        Assert.Equal(watts / 1000 * 1.3 * 2 / 1000, outcome["meterEnergy"], 1e-6);
    }

    [Theory]
    [InlineData("queue", "no queue 'other'")]
    [InlineData("hall", "There is no hall 'elsewhere'")]
    [InlineData("fault", "faults[0].name: hall hall has no node 'nobody'")]
    [InlineData("gang", "Job 1 asks for 64 GPUs")]
    [InlineData("rate", "failures per node and day")]
    [InlineData("young", "Young's interval")]
    public void Says_what_is_wrong_with_a_plan(string what, string expected)
    {
        var plan = TwinPlans.Of(32, new TracedJob(1, 0, what == "gang" ? 64 : 1, 10));
        plan = what switch
        {
            "queue" => plan with
            {
                Queue = "other",
                Manifests = [.. plan.Manifests, System.Text.Json.Nodes.JsonNode.Parse("""{"apiVersion":"factory/v1","kind":"Queue","metadata":{"name":"one"},"spec":{}}""")!.AsObject()],
            },
            "hall" => plan with { Hall = "elsewhere" },
            "fault" => plan with { Faults = [new TwinFault(1, "node", "nobody", 1)] },
            "rate" => plan with { FailuresPerNodeDay = -1 },
            "young" => plan with { FailuresPerNodeDay = 1, CheckpointSeconds = 0 },
            _ => plan,
        };
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => new EventTwin(plan)).Message, StringComparison.Ordinal);
    }

    private static TwinOutcome Run(TwinPlan plan, int hours)
    {
        var twin = new EventTwin(plan);
        Assert.True(twin.Advance(hours * TwinPlans.Hour));
        return twin.Outcome();
    }
}
