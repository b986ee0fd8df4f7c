using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using CsCheck;

namespace ControlPlane.Facility.Tests;

/// <summary>Caps that keep every limit at the least loss, and how they are carried out.</summary>
public sealed class CapPlannerTests
{
    private static readonly CapCurve[] Curves = [.. CapCurves.All.Where(curve => curve.Gpu == "A100-SXM4-400W")];

    private static readonly Gen<CappableLoad> Loads =
        from curve in Gen.Int[0, 8]
        from gpus in Gen.Int[1, 64]
        from flex in Gen.Int[0, 3]
        from uncapped in Gen.Int[150, 400]
        from name in Gen.Int[0, 1_000_000]
        select new CappableLoad($"load-{name}", gpus, Curves[curve % Curves.Length], Watts.FromWatts(uncapped), Watts.FromWatts(100), Watts.FromWatts(400), FlexClass.All[flex]);

    [Fact]
    public void A_plan_keeps_every_envelope_and_every_floor_or_says_what_is_missing() =>
        Gen.Select(Loads.Array[1, 12], Gen.Double[0, 1.2], Gen.Double[0, 1.2], Gen.Bool).Sample((loads, inner, outer, least) =>
        {
            var half = Enumerable.Range(0, loads.Length / 2).ToList();
            var all = Enumerable.Range(0, loads.Length).ToList();
            Envelope[] envelopes = [Envelope(loads, half, inner), Envelope(loads, all, outer)];
            var plan = CapPlanner.Plan(loads, envelopes, least ? ShedOrder.LeastLossFirst : ShedOrder.MostFlexibleFirst);
            Assert.Equal(0, plan.FloorsBroken);
            foreach (var envelope in envelopes)
            {
                var draw = envelope.Loads.Sum(load => loads[load].DrawUnder(plan.Caps[load]).Value);
                var missing = plan.Shortfalls.Where(one => one.Envelope == envelope.Name).Sum(one => one.Missing.Value);
                Assert.True(draw <= envelope.Budget.Value + missing + 1, $"{draw} of {envelope.Budget}, {missing} said to be missing");
            }
            for (var load = 0; load < loads.Length; load++)
                Assert.True(loads[load].Under(plan.Caps[load]).Throughput >= loads[load].Flex.Floor - 0.005, loads[load].ToString());
        }, iter: 300);

    [Fact]
    public void Without_need_nobody_is_capped() => Loads.Array[1, 8].Sample(loads =>
    {
        var plan = CapPlanner.Plan(loads, [Envelope(loads, [.. Enumerable.Range(0, loads.Length)], 1.0001)]);
        Assert.Equal(1, plan.Performance, 6);
        Assert.All(plan.Caps, cap => Assert.Equal(Watts.FromWatts(400), cap));
    });

    [Fact]
    public void The_least_flexible_class_is_touched_only_once_the_others_are_at_their_floors()
    {
        CappableLoad[] loads = [Load("batch", FlexClass.Flex3), Load("service", FlexClass.Flex2), Load("voice", FlexClass.Flex1)];
        var plan = CapPlanner.Plan(loads, [Envelope(loads, [0, 1, 2], 0.85)]);
        Assert.Equal(Watts.FromWatts(400), plan.Caps[2]);
        Assert.Equal(Watts.FromWatts(400), plan.Caps[1]);
        plan = CapPlanner.Plan(loads, [Envelope(loads, [0, 1, 2], 0.7)]);
        Assert.InRange(loads[0].Under(plan.Caps[0]).Throughput, 0.5, 0.515);
        Assert.True(plan.Caps[1] < Watts.FromWatts(400));
        Assert.Equal(Watts.FromWatts(400), plan.Caps[2]);
    }

    [Fact]
    public void Spreading_by_loss_costs_no_more_than_any_equal_cap_that_keeps_the_same_limit() =>
        Gen.Select(Loads.Array[2, 10], Gen.Double[0.7, 0.95]).Sample((loads, share) =>
        {
            loads = [.. loads.Select(load => load with { Flex = FlexClass.Flex3 })];
            var all = Envelope(loads, [.. Enumerable.Range(0, loads.Length)], share);
            var plan = CapPlanner.Plan(loads, [all], ShedOrder.LeastLossFirst);
            if (!plan.IsMet)
                return;
            for (var watts = 100; watts <= 400; watts += 5)
            {
                var equal = loads.Select(load => load.Under(Watts.FromWatts(watts))).ToList();
                if (equal.Zip(loads).Sum(one => one.First.Draw.Value * one.Second.Gpus) > all.Budget.Value)
                    continue;
                // Curves are made convex and cut into 64 pieces: that costs at most a hundredth.
                Assert.True(equal.Zip(loads).Sum(one => one.First.Throughput * one.Second.Gpus) / loads.Sum(load => load.Gpus) <= plan.Performance + 0.01);
            }
        }, iter: 200);

    [Fact]
    public void A_cap_above_what_is_drawn_frees_nothing()
    {
        var decode = new CappableLoad("decode", 8, CapCurves.Find("H200", WorkloadClass.Decode)!, Watts.FromWatts(280), Watts.FromWatts(200), Watts.FromWatts(700), FlexClass.Flex3);
        Assert.Equal(decode.DrawUnder(Watts.FromWatts(700)), decode.DrawUnder(Watts.FromWatts(400)));
        var plan = CapPlanner.Plan([decode], [new Envelope("rack", [0], Watts.FromWatts(8 * 300))]);
        Assert.Equal(Watts.FromWatts(700), plan.Caps[0]);
    }

    [Fact]
    public void Below_the_floors_it_goes_on_only_where_that_is_allowed()
    {
        CappableLoad[] loads = [Load("voice", FlexClass.Flex0)];
        Assert.Single(CapPlanner.Plan(loads, [Envelope(loads, [0], 0.5)]).Shortfalls);
        var plan = CapPlanner.Plan(loads, [Envelope(loads, [0], 0.5)], mayBreakFloors: true);
        Assert.Equal((true, 1), (plan.IsMet, plan.FloorsBroken));
    }

    // A device that applies orders late, twice, out of order or never, and ignores those older than what it has.
    [Fact]
    public void The_sum_of_caps_never_passes_the_limit_whatever_becomes_of_the_orders() =>
        Gen.Select(Gen.Int[2, 8], Gen.Int[0, 4].Array[200], Gen.Int[100, 700].Array[8].Array[12]).Sample((devices, luck, plans) =>
        {
            const double Limit = 2400;
            var start = Enumerable.Repeat(Watts.FromWatts(Limit / devices), devices).ToArray();
            var round = new CapRound(start);
            var inForce = start.ToArray();
            var newest = new long[devices];
            var flying = new List<(long Number, int Device, Watts Cap)>();
            var (number, next) = (0L, 0);
            foreach (var wish in plans)
            {
                var scale = Math.Min(1, Limit / wish.Take(devices).Sum());
                Watts[] plan = [.. wish.Take(devices).Select(watts => Watts.FromMilliwatts((long)(watts * scale * 1000)))];
                for (var tick = 0; tick < 6; tick++)
                {
                    flying.AddRange(round.Orders(plan, Watts.FromWatts(1e6), [.. Enumerable.Repeat(1, devices)]).Select(order => (++number, order.Load, order.Cap)));
                    for (var index = flying.Count - 1; index >= 0; index--)
                    {
                        var chance = luck[next++ % luck.Length];
                        if (chance == 0)
                            continue; // Late.
                        var order = flying[index];
                        flying.RemoveAt(index);
                        if (chance == 1 || order.Number < newest[order.Device])
                            continue; // Lost, or older than what the device has.
                        (newest[order.Device], inForce[order.Device]) = (order.Number, order.Cap);
                        Assert.True(inForce.Sum(cap => cap.Value) <= Limit + 0.001 * devices, $"{inForce.Sum(cap => cap.Value)}");
                    }
                    Assert.True(round.AtWorst.Zip(inForce).All(pair => pair.Second <= pair.First));
                    for (var device = 0; device < devices; device++)
                    {
                        if (luck[next++ % luck.Length] > 1)
                            round.Confirm(device, inForce[device]);
                    }
                }
            }
        }, iter: 300);

    private static CappableLoad Load(string name, FlexClass flex) =>
        new(name, 10, CapCurves.Find("A100-SXM4-400W", WorkloadClass.Training)!, Watts.FromWatts(380), Watts.FromWatts(100), Watts.FromWatts(400), flex);

    private static Envelope Envelope(CappableLoad[] loads, List<int> members, double share) =>
        new($"envelope-{members.Count}", members, Watts.FromWatts(share * members.Sum(load => loads[load].DrawUnder(loads[load].MostCap).Value)));
}
