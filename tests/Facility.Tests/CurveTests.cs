using ControlPlane.Facility.Curves;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class CurveTests
{
    private static readonly Gen<MeasuredCurve> Rising = Gen.Select(Gen.Double[0.001, 10], Gen.Double[0.001, 10]).Array[1, 12].Select(steps =>
    {
        var (x, y) = (0.0, 0.0);
        return new MeasuredCurve([.. steps.Select(step => (x += step.Item1, y += step.Item2))]);
    });

    [Fact]
    public void Interpolates_within_the_two_points_around_a_place() =>
        Gen.Select(Rising, Gen.Double[-5, 150]).Sample((curve, x) =>
        {
            var below = curve.Points.LastOrDefault(point => point.X <= x, curve.Points.First());
            var above = curve.Points.FirstOrDefault(point => point.X >= x, curve.Points.Last());
            return curve.At(x) >= below.Y - 1e-12 && curve.At(x) <= above.Y + 1e-12;
        });

    [Fact]
    public void Passes_through_its_points() =>
        Rising.Sample(curve => curve.Points.All(point => curve.At(point.X) == point.Y));

    [Fact]
    public void A_place_for_a_value_has_that_value() =>
        Gen.Select(Rising, Gen.Double[0, 1]).Sample((curve, share) =>
        {
            var y = curve.At(curve.Start + (curve.End - curve.Start) * share);
            return Math.Abs(curve.At(curve.Where(y)) - y) < 1e-9;
        });

    [Fact]
    public void Refuses_points_out_of_order_and_places_that_are_no_numbers()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MeasuredCurve([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MeasuredCurve([(1, 1), (1, 2)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MeasuredCurve([(1, double.NaN)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MeasuredCurve([(1, 1)]).At(double.NaN));
        Assert.Throws<InvalidOperationException>(() => new MeasuredCurve([(1, 1), (2, 1)]).Where(1));
    }
}
