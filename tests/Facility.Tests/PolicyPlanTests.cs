using ControlPlane.Domain.Units;
using ControlPlane.Facility.Policies;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class PolicyPlanTests
{
    [Fact]
    public void Falls_back_to_the_next_lower_policy_that_every_domain_carries()
    {
        var (said, plan) = Plan(150).Give("a", ["R1", "R2"], "High", isStrict: false);
        Assert.Equal("Med", said.Selected!.Name);
        Assert.True(said.IsDowngraded);
        Assert.Equal("Floor", said.Binding!.Name);
        Assert.Equal(Watts.FromKilowatts(115.2), plan.Committed("Floor"));
    }

    [Fact]
    public void A_strict_request_fails_and_changes_nothing()
    {
        var before = Plan(150);
        var (said, plan) = before.Give("a", ["R1", "R2"], "High", isStrict: true);
        Assert.False(said.IsFeasible);
        Assert.Contains("insufficient power", said.Reason, StringComparison.Ordinal);
        Assert.Same(before, plan);
    }

    [Fact]
    public void Other_groups_come_down_only_where_that_is_allowed_and_helps()
    {
        var held = Plan(160).Give("a", ["R1"], "High", isStrict: true).Plan;
        Assert.False(held.Ask(["R2"], "High", isStrict: true).IsFeasible);
        var (said, plan) = held.Give("b", ["R2"], "High", isStrict: true, lowersOthers: true);
        Assert.Equal("High", said.Selected!.Name);
        Assert.Equal("Med", plan.Groups["a"].Selected.Name);
        Assert.True(plan.Groups["a"].IsDowngraded);
        var (none, same) = Plan(110).Give("a", ["R1"], "Med", isStrict: true).Plan.Give("b", ["R2"], "High", isStrict: true, lowersOthers: true);
        Assert.False(none.IsFeasible);
        Assert.Equal("Med", same.Groups["a"].Selected.Name);
    }

    [Fact]
    public void The_domain_nearest_to_the_racks_is_named_when_several_bind()
    {
        var said = new PolicyPlan([new("Root", Watts.FromKilowatts(1)), new("Floor", Watts.FromKilowatts(1), "Root")], Racks, Policies, "Low").Ask(["R1"], "High", true);
        Assert.Equal("Floor", said.Binding!.Name);
    }

    [Fact]
    public void Losses_are_carried_above_the_domain_that_loses()
    {
        var plan = new PolicyPlan([new("Root", Watts.FromKilowatts(500)), new("Floor", Watts.FromKilowatts(500), "Root", 0.9)], Racks, Policies, "Low");
        Assert.Equal(57.6 / 0.9, plan.Committed("Root").Kilowatts, 6);
    }

    [Fact]
    public void No_domain_is_ever_over_its_limit_and_a_dry_run_says_what_the_act_does() =>
        Gen.Select(Gen.Int[58, 250], Gen.Select(Gen.Bool, Gen.Int[0, 2], Gen.Bool, Gen.Bool).Array[1, 8]).Sample((kilowatts, acts) =>
        {
            var plan = Plan(kilowatts);
            foreach (var (isFirst, policy, isStrict, release) in acts)
            {
                var rack = isFirst ? "R1" : "R2";
                if (release || plan.Groups.ContainsKey(rack))
                {
                    plan = plan.Release(rack);
                    continue;
                }
                var asked = plan.Ask([rack], Policies[policy].Name, isStrict);
                (var said, plan) = plan.Give(rack, [rack], Policies[policy].Name, isStrict);
                if (said != asked || plan.Committed("Floor") > Watts.FromKilowatts(kilowatts))
                    return false;
            }
            return true;
        });

    [Fact]
    public void Refuses_trees_and_racks_that_cannot_be()
    {
        Assert.Throws<ArgumentException>(() => new PolicyPlan([new("A", Watts.Zero, "B"), new("B", Watts.Zero, "A")], [], Policies, "Low"));
        Assert.Throws<ArgumentException>(() => new PolicyPlan([new("A", Watts.Zero)], Racks, Policies, "Low"));
        Assert.Throws<ArgumentException>(() => Plan(150).Ask(["R9"], "High", false));
        Assert.Throws<ArgumentException>(() => Plan(150).Ask(["R1"], "Extreme", false));
    }

    private static readonly PoweredRack[] Racks = [new("R1", 18, "Floor"), new("R2", 18, "Floor")];

    private static readonly PowerPolicy[] Policies =
        [new("Low", Watts.FromWatts(1600)), new("High", Watts.FromWatts(5600)), new("Med", Watts.FromWatts(3200))];

    private static PolicyPlan Plan(double kilowatts) =>
        new([new("Root", Watts.FromKilowatts(750)), new("Floor", Watts.FromKilowatts(kilowatts), "Root")], Racks, Policies, "Low");
}
