using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

public sealed class ReasonTests
{
    [Fact]
    public void Says_of_every_rack_how_many_tasks_it_holds()
    {
        var state = new Hall().Rack("rack1", 1, 2).Rack("rack2", 1, 2).Rack("rack3", 2, 2).State();
        state.Assign(new JobId("b"), Ask.For(Ask.Group(1)), new Assignment([new TaskPlacement(0, 0, 2, [0], 1000)]));
        var reason = state.Waits(Ask.For(Ask.Group(1, count: 4)).Within(TopologyLevel.Rack));
        Assert.Equal(ReasonCode.TopologyShort, reason.Code);
        Assert.Equal(
            [new DomainRoom("rack3", 3, 4), new DomainRoom("rack1", 2, 4), new DomainRoom("rack2", 2, 4)], reason.Domains);
        Assert.Contains("Rack3 holds 3 of 4; rack1 holds 2 of 4; rack2 holds 2 of 4.", reason.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_gang_that_no_rack_could_ever_hold()
    {
        var state = new Hall().Rack("rack1", 1, 2).Rack("rack2", 1, 2).State();
        var reason = state.Refuses(Ask.For(Ask.Group(1, count: 4)).Within(TopologyLevel.Rack));
        Assert.Equal((ReasonCode.TopologyShort, 4.0, 2.0), (reason.Code, reason.Needed, reason.Available));
    }

    [Fact]
    public void Waits_for_a_rack_whose_feed_is_full()
    {
        var state = new Hall().Model("h100", idle: 100, limit: 700).Power("feed", 3000).Power("rack", 2000, "feed")
            .Rack("r1", 1, 4, power: "rack").State();
        state.Run(Ask.For(Ask.Group(2)), "a");
        var reason = state.Waits(Ask.For(Ask.Group(1)));
        Assert.Equal((ReasonCode.PowerShort, "rack", 600.0, 400.0), (reason.Code, reason.Subject, reason.Needed, reason.Available));
        Assert.Equal(
            "Power domain rack has 400 W of headroom and the job needs 600 W there; release jobs below it, raise its limit or ask for fewer GPUs.",
            reason.Explain());
    }

    [Fact]
    public void Refuses_what_the_rating_of_the_feed_never_allows()
    {
        var state = new Hall().Model("h100", idle: 100, limit: 700).Power("feed", 1900).Rack("r1", 1, 4, power: "feed").State();
        Assert.Equal((ReasonCode.PowerShort, "feed"), Named(state.Refuses(Ask.For(Ask.Group(3)))));
        state.SetPowerLimit(0, Domain.Units.Watts.FromWatts(5000));
        state.Run(Ask.For(Ask.Group(3)), "a");
    }

    [Fact]
    public void Waits_for_the_loop_that_is_at_its_capacity()
    {
        var state = new Hall().Model("h100", 100, 700).Loop("cdu", 1500).Rack("r1", 1, 4, loop: "cdu", share: 0.9).State();
        state.Run(Ask.For(Ask.Group(2)), "a");
        Assert.Equal((ReasonCode.HeatShort, "cdu"), Named(state.Waits(Ask.For(Ask.Group(1)))));
    }

    [Fact]
    public void Waits_for_the_trunk_above_the_leaf()
    {
        var state = new Hall().Link("up-0", 700).Link("up-1", 700)
            .Rack("r1", 1, 8, leaf: 0, leafLink: "up-0").Rack("r2", 1, 8, leaf: 1, leafLink: "up-1").State();
        var gang = Ask.For(Ask.Group(6, count: 2, network: 100));
        state.Run(gang, "a");
        Assert.Equal(600, state.LinkReserved(0).Value);
        var second = Ask.For(Ask.Group(2, count: 2, network: 100));
        Assert.Equal(ReasonCode.LinkShort, state.Waits(second).Code);
        state.Run(Ask.For(Ask.Group(1, count: 2, network: 100)), "within-one-leaf");
        Assert.Equal(600, state.LinkReserved(0).Value);
        state.SetLinkUp(0, false);
        Assert.Equal(0, state.LinkCapacity(0).Value);
        state.Release(new JobId("a"));
        Assert.Equal(ReasonCode.LinkShort, state.Waits(gang).Code);
    }

    [Fact]
    public void Adapters_must_keep_up_once_a_gang_leaves_its_NVLink_domain()
    {
        var slow = new Hall().Rack("r1", 2, 4, network: 100).State();
        Assert.Equal(ReasonCode.AdapterShort, slow.Waits(Ask.For(Ask.Group(4, count: 2, network: 400))).Code);
        var nvl = new Hall().Rack("r1", 2, 4, network: 100, oneNvlinkDomain: true).State();
        nvl.Run(Ask.For(Ask.Group(4, count: 2, network: 400)), "a");
    }

    [Fact]
    public void Queues_and_their_parents_have_limits()
    {
        var state = new Hall().Queue("all", 4000).Queue("default", -1, "all").Queue("small", 1000, "all").Rack("r1", 2, 8).State();
        state.Run(Ask.For(Ask.Group(3)), "a");
        var reason = state.Waits(Ask.For(Ask.Group(2)));
        Assert.Equal((ReasonCode.QueueLimit, "all", 2.0, 1.0), (reason.Code, reason.Subject, reason.Needed, reason.Available));
        Assert.Equal((ReasonCode.QueueLimit, "all"), Named(state.Refuses(Ask.For(Ask.Group(5)))));
        var small = Ask.For(Ask.Group(2)) with { Queue = new QueueId("small") };
        Assert.Equal((ReasonCode.QueueLimit, "small"), Named(state.Refuses(small)));
        var unknown = Ask.For(Ask.Group(1)) with { Queue = new QueueId("nobody") };
        Assert.Equal((ReasonCode.NoSuchQueue, "nobody"), Named(state.Refuses(unknown)));
        Assert.Equal(3000, state.QueueUsedMilli(0));
    }

    [Fact]
    public void Other_halls_and_jurisdictions_are_refused()
    {
        var state = new Hall().Under("us-tx").Rack("r1", 1, 1).State();
        var spec = Ask.For(Ask.Group(1));
        Assert.Equal(ReasonCode.WrongHall, state.Refuses(spec with { Hall = new HallId("hall-2") }).Code);
        Assert.Equal(ReasonCode.WrongJurisdiction, state.Refuses(spec with { Jurisdiction = "eu-de" }).Code);
        Assert.IsType<Placed>(state.Place(spec with { Jurisdiction = "us-tx", Hall = new HallId("hall-1") }));
    }

    [Fact]
    public void Kernels_of_a_job_s_own_are_refused_unless_the_site_takes_them()
    {
        var layout = new Hall().Model("H100", kernels: true).Rack("r1", 1, 1, model: "H100", simulated: false).Layout();
        var program = new ProgramWork([], [], [], 1, TimeSpan.Zero, null);
        var own = Ask.For(Ask.Group(1)) with { Work = program with { Kernels = [new TenantKernel("own", "", "own", [])] } };
        var closed = new HallState(layout);
        Assert.Equal((ReasonCode.TenantKernelsForbidden, "hall-1"), Named(closed.Refuses(own)));
        Assert.IsType<Placed>(closed.Place(own with { Work = program }));
        var open = new HallState(layout with { TakesTenantKernels = true });
        var assignment = Assert.IsType<Placed>(open.Place(own)).Assignment;
        Assert.Empty(PlanCheck.Verify(open, new JobId("job-1"), own, assignment));
        Assert.Contains(PlanCheck.Verify(closed, new JobId("job-1"), own, assignment), violation => violation.Rule == "tenant kernels");
    }

    [Theory]
    [InlineData(3, 0, 0, ReasonCode.GpusShort)]
    [InlineData(1, 9000, 0, ReasonCode.CpuShort)]
    [InlineData(1, 0, 9, ReasonCode.MemoryShort)]
    public void Refuses_what_no_node_has(int gpus, int cpu, double memory, ReasonCode code)
    {
        var state = new Hall().Rack("r1", 2, 2, cpu: 8000, memory: 8).State();
        Assert.Equal(code, state.Refuses(Ask.For(Ask.Group(gpus, cpu: cpu, memory: memory))).Code);
    }

    [Fact]
    public void Every_reason_reads_as_a_sentence()
    {
        foreach (var code in Enum.GetValues<ReasonCode>())
            Assert.EndsWith(".", new Reason(code, "x", 1, 0, "tasks", [], 0).Explain(), StringComparison.Ordinal);
    }

    private static (ReasonCode Code, string Subject) Named(Reason reason) => (reason.Code, reason.Subject);
}
