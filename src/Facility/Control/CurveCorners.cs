using ControlPlane.Facility.Gpus;

namespace ControlPlane.Facility.Control;

/// <summary>
/// A curve made convex, as shares of the uncapped draw: its corners from no cap to the lowest, and the last of them that keeps
/// the floor. A cap acts in proportion to the draw, so GPUs that draw differently have their corners in common.
/// </summary>
/// <param name="Corners">Share of the uncapped draw, and throughput; falling.</param>
/// <param name="Floor">Index of the corner at the floor.</param>
internal sealed record CurveCorners((double Share, double Throughput)[] Corners, int Floor)
{
    public static CurveCorners Of(List<(double Share, double Throughput)> points, double floor)
    {
        // The floor is a corner, so that a descent that keeps it ends exactly there.
        var keeps = floor - 1e-9;
        var last = points.FindLastIndex(point => point.Throughput >= keeps);
        var corners = Convex(points[..(last + 1)]);
        var at = corners.Count - 1;
        corners.AddRange(Convex(points[at < 0 ? 0.. : last..]).Skip(1));
        return new CurveCorners([.. corners], at);
    }

    // The upper hull: pieces that would lose less for a watt than the one above them are joined to it.
    private static List<(double Share, double Throughput)> Convex(List<(double Share, double Throughput)> points)
    {
        var hull = new List<(double Share, double Throughput)>();
        foreach (var point in points)
        {
            while (hull.Count > 1 && Slope(hull[^1], point) < Slope(hull[^2], hull[^1]))
                hull.RemoveAt(hull.Count - 1);
            hull.Add(point);
        }
        return hull;
    }

    private static double Slope((double Share, double Throughput) from, (double Share, double Throughput) to) =>
        (from.Throughput - to.Throughput) / (from.Share - to.Share);
}

/// <summary>The corners of the curves of one plan, each found once.</summary>
/// <param name="steps">How finely a curve is cut: so many parts of the uncapped draw.</param>
internal sealed class CurveCuts(int steps)
{
    private readonly Dictionary<CapCurve, List<(double Share, double Throughput)>> _points = [];
    private readonly Dictionary<(CapCurve Curve, int Last, double Floor), CurveCorners> _corners = [];

    /// <summary>The corners of a load, down to the last cut at or above its lowest cap.</summary>
    public CurveCorners Of(CappableLoad load)
    {
        var least = Math.Min(1, load.LeastCap.Value / load.Uncapped.Value);
        var key = (load.Curve, Last: (int)Math.Ceiling(Math.Round(least * steps, 6)), load.Flex.Floor);
        if (_corners.TryGetValue(key, out var known))
            return known;
        if (!_points.TryGetValue(load.Curve, out var points))
            _points[load.Curve] = points = Cut(load.Curve);
        return _corners[key] = CurveCorners.Of(points.FindAll(point => point.Share >= (key.Last - 0.5) / steps || point.Share == 1), load.Flex.Floor);
    }

    private List<(double Share, double Throughput)> Cut(CapCurve curve)
    {
        var points = new List<(double Share, double Throughput)>(steps + 1);
        for (var step = steps; step > 0; step--)
        {
            var point = curve.Under(curve.UncappedDraw * ((double)step / steps), curve.UncappedDraw);
            var share = point.Draw / curve.UncappedDraw;
            if (points.Count == 0 || share < points[^1].Share)
                points.Add((share, point.Throughput));
        }
        return points;
    }
}
