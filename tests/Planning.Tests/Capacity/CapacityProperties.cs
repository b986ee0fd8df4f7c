using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;
using CsCheck;

namespace ControlPlane.Planning.Tests.Capacity;

public sealed class CapacityProperties
{
    internal static Gen<SmallSite> Sites { get; } = Gen.Select(
        Gen.Int[1, 8], Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 1], Gen.Long[1, 10_000_000], Gen.Int[2, 24],
        (positions, spares, loop, leaf, tokens, busway) => new SmallSite
        {
            Positions = positions,
            Spares = spares * 10,
            KeepLoop = loop * 50,
            KeepLeaf = leaf * 80,
            Tokens = tokens,
            Quarters = 1,
            SecondType = true,
            Busway = $"{busway * 100}kW",
        });

    [Fact]
    public void Every_plan_passes_the_second_look_and_the_placer_and_one_rack_fewer_does_not_do() => Sites.Sample(site =>
    {
        var question = site.Question;
        if (CapacityPlanner.Plan(question).Plan is not { } plan)
            return;
        Assert.Empty(SmallSite.Verify(question, plan));
        Assert.Empty(HallProof.Verify(question, plan, 0, HardwareCatalogue.Default, out _));
        for (var (type, row) = (0, 0); type < 2; (type, row) = row == 1 ? (type + 1, 0) : (type, 1))
        {
            if (plan.Racks[0][type][row] == 0)
                continue;
            var fewer = plan.Racks[0].Select(rows => rows.ToArray()).ToArray();
            fewer[type][row]--;
            Assert.Null(QuarterUses.Find(question, 0, fewer));
        }
    }, iter: 40, threads: 1);

    [Fact]
    public void More_supply_never_makes_a_demand_stop_fitting() => Sites.Sample(site =>
    {
        if (CapacityPlanner.Plan(site.Question).Plan is null)
            return;
        foreach (var richer in (SmallSite[])[site with { Positions = site.Positions + 1 }, site with { Busway = "3MW" }, site with { Grid = "40MW" }, site with { Tokens = site.Tokens * 9 / 10 }])
            Assert.NotNull(CapacityPlanner.Plan(richer.Question).Plan);
    }, iter: 25, threads: 1);

    [Fact]
    public void The_second_look_refuses_a_plan_that_somebody_changed() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1]).Sample((change, row) =>
    {
        var question = new SmallSite { PerQuarter = ", perQuarter: 9", KeepLoop = 100, Positions = 12, SecondType = true, Busway = "1.5MW" }.Question;
        var plan = CapacityPlanner.Plan(question).Plan!;
        Assert.Empty(SmallSite.Verify(question, plan));
        var racks = plan.Racks.Select(types => types.Select(rows => rows.ToArray()).ToArray()).ToArray();
        var uses = plan.Uses.Select(scenarios => scenarios.Select(needs => needs.Select(types => types.ToArray()).ToArray()).ToArray()).ToArray();
        switch (change)
        {
            case 0: racks[1][0][row] -= 1; break;                 // A rack that stood is gone.
            case 1: racks[1][0][row] += 9; break;                 // More than its row has positions.
            case 2: uses[0][0][0][0] -= 1; break;                 // A node less than is needed.
            case 3: uses[0][1][0][0] += 500; break;               // More nodes than are left after a loss.
            case 4: racks[0][0][row] += 6; break;                 // More than arrive in a quarter.
            default: racks[1][1][row] += 20; break;               // More than the floor holds, of another type.
        }
        Assert.NotEmpty(SmallSite.Verify(question, new RackPlan(racks, uses)));
    }, iter: 12, threads: 1);

    [Fact]
    public void The_simple_rules_find_sound_plans_too() => Sites.Sample(site =>
    {
        var question = site.Question;
        if (GreedyPlan.Find(question) is not { } plan)
            return;
        Assert.Empty(SmallSite.Verify(question, plan));
        Assert.True(CapacityPlanner.CostOf(question, CapacityPlanner.Plan(question).Plan!) <= CapacityPlanner.CostOf(question, plan));
    }, iter: 25, threads: 1);
}
