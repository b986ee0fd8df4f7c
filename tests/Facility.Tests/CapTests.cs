using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;
using ControlPlane.Facility.Gpus;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class CapTests
{
    private static readonly Gen<CapCurve> Curves = Gen.Int[0, CapCurves.All.Count - 1].Select(index => CapCurves.All[index]);
    private static readonly Gen<Watts> Power = Gen.Int[1, 1000].Select(watts => Watts.FromWatts(watts));

    [Theory]
    [InlineData("linear", 335)]
    [InlineData("square", 321.5)]
    [InlineData("cubic", 309.35)]
    [InlineData("sqrt", 342.302)]
    [InlineData("mse", 340.571)]
    public void Draws_what_the_published_vectors_say(string name, double watts)
    {
        UtilisationLaw[] laws = [UtilisationLaw.Linear, UtilisationLaw.Square, UtilisationLaw.Cubic, UtilisationLaw.SquareRoot, UtilisationLaw.Fitted()];
        var model = new GpuDraw(Watts.FromWatts(200), Watts.FromWatts(350), laws.Single(law => law.Name == name));
        Assert.Equal(watts, model.At(0.9).Value, 3);
    }

    [Fact]
    public void The_clock_that_keeps_a_cap_draws_the_cap() =>
        Gen.Select(Gen.Int[101, 699], Gen.Double[1, 3]).Sample((cap, exponent) =>
        {
            var model = new GpuDraw(Watts.FromWatts(100), Watts.FromWatts(700), null, exponent);
            return Math.Abs(model.At(1, model.ClockFor(1, Watts.FromWatts(cap))).Value - cap) < 0.01;
        });

    [Fact]
    public void A_cap_never_raises_the_draw_nor_the_throughput() =>
        Gen.Select(Curves, Power, Power).Sample((curve, cap, draw) =>
        {
            var point = curve.Under(cap, draw);
            return point.Throughput is >= 0 and <= 1 && point.Draw <= draw && (cap < draw || point == new CapPoint(1, draw));
        });

    [Fact]
    public void A_lower_cap_leaves_no_more() =>
        Gen.Select(Curves, Power, Power).Sample((curve, one, other) =>
        {
            var (low, high) = one < other ? (one, other) : (other, one);
            return curve.Under(low).Throughput <= curve.Under(high).Throughput && curve.Under(low).Draw <= curve.Under(high).Draw;
        });

    [Fact]
    public void A_quarter_less_power_costs_training_an_eighth_of_its_speed()
    {
        var curve = CapCurves.Find("A100-SXM4-400W", "pt_mpt_7b_fast")!;
        Assert.Equal(0.8657, curve.Under(curve.CapFor(curve.UncappedDraw * 0.75)).Throughput, 3);
    }

    [Fact]
    public void Every_class_of_work_has_a_curve_with_a_source()
    {
        foreach (var kind in Enum.GetValues<WorkloadClass>())
            Assert.NotNull(CapCurves.Find("A100-SXM4-400W", kind));
        Assert.All(CapCurves.All, curve => Assert.NotEmpty(curve.Source));
    }

    [Fact]
    public void Decode_gains_nothing_from_a_cap_above_its_draw_and_sheds_nothing()
    {
        var curve = CapCurves.Find("H200", WorkloadClass.Decode)!;
        Assert.Equal(new CapPoint(1, Watts.FromWatts(300)), curve.Under(Watts.FromWatts(400)));
        Assert.Equal(Watts.Zero, GpuDraw.Shed(Watts.FromWatts(300), Watts.FromWatts(400), Watts.FromWatts(200)));
        Assert.Equal(Watts.FromWatts(100), GpuDraw.Shed(Watts.FromWatts(300), Watts.FromWatts(50), Watts.FromWatts(200)));
    }

    [Fact]
    public void The_balancer_does_as_its_documentation_shows()
    {
        var options = new BalancerOptions(Watts.FromWatts(1800), Watts.FromWatts(100), Watts.FromWatts(200), 0.3, 0.1, 0.9, 0.98);
        Assert.Equal(180, CapBalancer.EvenSplit(10, options).Value);
        Assert.Equal([150, 183], Round(options, (180, 115, false), (180, 180, false), 9));
        Assert.Equal([140, 184], Round(options, (130, 128, false), (189, 189, false), 8, (153, 115, true)));
    }

    [Fact]
    public void Caps_stay_within_budget_and_bounds_also_while_they_move() =>
        Gen.Select(Gen.Select(Gen.Int[100, 200], Gen.Int[0, 200], Gen.Bool).Array[1, 20], Gen.Int[100, 250]).Sample((rows, each) =>
        {
            var options = new BalancerOptions(Watts.FromWatts(each * rows.Length), Watts.FromWatts(100), Watts.FromWatts(200));
            var now = CapBalancer.EvenSplit(rows.Length, options);
            var nodes = rows.Select(row => new CappedNode(now, Watts.FromWatts(row.Item2), row.Item3)).ToList();
            var next = CapBalancer.Balance(nodes, options);
            var (lower, raise) = CapBalancer.Order([.. nodes.Select(node => node.Cap)], next);
            var caps = nodes.Select(node => node.Cap).ToList();
            foreach (var node in lower.Concat(raise))
            {
                caps[node] = next[node];
                if (caps.Sum(cap => cap.Value) > options.Budget.Value)
                    return false;
            }
            return next.All(cap => cap >= options.Least && cap <= options.Most) && caps.SequenceEqual(next);
        });

    private static double[] Round(BalancerOptions options, (double Cap, double Draw, bool New) first, (double Cap, double Draw, bool New) others, int count, (double Cap, double Draw, bool New)? last = null)
    {
        var rows = Enumerable.Repeat(others, count).Prepend(first);
        var nodes = (last is { } one ? rows.Append(one) : rows).Select(row => new CappedNode(Watts.FromWatts(row.Cap), Watts.FromWatts(row.Draw), row.New));
        return [.. CapBalancer.Balance([.. nodes], options).Select(cap => cap.Value).Distinct()];
    }
}
