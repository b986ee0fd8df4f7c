using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Jobs whose power limits come from policies: the highest that fits is taken, and what stood in the way is named.</summary>
public sealed class PowerPolicyTests
{
    private static readonly ValueList<PowerStep> Policies = [new("high", 100, []), new("med", 60, []), new("low", 30, [])];

    [Fact]
    public void The_next_lower_policy_is_taken_where_the_first_does_not_fit_and_the_domain_in_the_way_is_named()
    {
        var state = Floor(pdu: 9_000);
        var job = Job(2, Policies);
        var placed = Assert.IsType<Placed>(state.Place(job));
        Assert.Equal(60, placed.Assignment.PowerPercent);
        Assert.Equal(("med", 60, "high", 100), (placed.Power!.Policy, placed.Power.Percent, placed.Power.FirstPolicy, placed.Power.FirstPercent));
        Assert.Equal((ReasonCode.PowerShort, "pdu-1"), (placed.Power.Because!.Code, placed.Power.Because.Subject));
        Assert.Contains("Power limit 60 % by med, not 100 % by high. Insufficient power under high (100 %): ", placed.Explain(), StringComparison.Ordinal);
        Assert.Contains("pdu-1", placed.Explain(), StringComparison.Ordinal);
        Assert.Empty(PlanCheck.Verify(state, new JobId("job-1"), job, placed.Assignment));
    }

    [Fact]
    public void A_strict_job_waits_and_the_reason_says_insufficient_power()
    {
        var state = Floor(pdu: 9_000);
        state.Run(Job(1, []), "other");
        var reason = state.Waits(Job(1, [Policies[0]]));
        Assert.Equal(ReasonCode.PowerShort, reason.Code);
        Assert.StartsWith("Insufficient power under high (100 %): Power", reason.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_first_fits_it_is_taken_and_nothing_stood_in_the_way()
    {
        var placed = Assert.IsType<Placed>(Floor(pdu: 20_000).Place(Job(2, Policies)));
        Assert.Equal((100, null), (placed.Assignment.PowerPercent, placed.Power!.Because));
        Assert.EndsWith("Power limit 100 % by high.", placed.Explain(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_gang_never_mixes_models_to_which_its_policy_gives_different_percents()
    {
        var state = new Hall().Model("a", 0, 700).Model("b", 0, 700).Power("feed", 1e6)
            .Rack("ra", nodes: 1, gpus: 8, model: "a", power: "feed").Rack("rb", nodes: 1, gpus: 8, model: "b", power: "feed").State();
        ValueList<PowerStep> steps = [new("maxq", 80, ["a"]), new("maxq", 60, ["b"])];
        Assert.Equal(80, state.Run(Job(1, steps), "first").PowerPercent);
        Assert.Equal(60, state.Run(Job(1, steps), "second").PowerPercent);
        var both = state.Fork();
        both.Release(new JobId("first"));
        both.Release(new JobId("second"));
        Assert.IsType<Refused>(both.Place(Job(2, steps)));
        Assert.IsType<Placed>(both.Place(Job(2, [new("maxp", 100, [])])));
        Assert.Contains(PlanCheck.Verify(both, new JobId("x"), Job(1, steps), state.AssignmentOf(new JobId("second"))! with { PowerPercent = 80 }), violation => violation.Rule == "power limit");
    }

    [Fact]
    public void A_running_job_is_lowered_to_the_next_policy_of_the_model_that_it_holds()
    {
        var state = new Hall().Model("a", 0, 700).Model("b", 0, 1000).Power("feed", 1e6).Rack("rb", nodes: 2, gpus: 8, model: "b", power: "feed").State();
        state.Run(Job(1, [new("maxp", 100, []), new("maxq", 80, ["a"]), new("maxq", 60, ["b"])]), "flexible");
        state.Run(Job(1, [new("maxp", 100, [])]), "strict");
        var asked = new Dictionary<int, Watts> { [0] = state.PowerCommitted(0) - Watts.FromWatts(100) };
        Assert.Equal([new JobPercent(new JobId("flexible"), 60)], PowerRelief.Lower(state, asked, _ => 100, _ => 1));
        state.Reassign(new JobId("flexible"), state.AssignmentOf(new JobId("flexible"))! with { PowerPercent = 60 });
        Assert.Equal([new JobPercent(new JobId("flexible"), 100)], PowerRelief.Raise(state, _ => true, _ => 1, Watts.FromWatts(1e6)));
    }

    private static JobSpec Job(int tasks, ValueList<PowerStep> steps) => Ask.For(Ask.Group(8, tasks)) with { PowerSteps = steps };

    // Two nodes of eight GPUs, 700 W each, below a PDU below a wide feed.
    private static HallState Floor(double pdu) => new Hall().Model("h100", 0, 700).Power("utility", 1e6).Power("pdu-1", pdu, "utility")
        .Rack("r", nodes: 2, gpus: 8, power: "pdu-1").State();
}
