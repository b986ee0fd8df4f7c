using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Facility.Control;

/// <summary>A load's curve made convex: its corners from no cap to the lowest, and the last of them that keeps the floor.</summary>
/// <param name="Corners">Draw and throughput of one GPU, falling.</param>
/// <param name="Floor">Index of the corner at the floor.</param>
internal sealed record CurveCorners((double Draw, double Throughput)[] Corners, int Floor)
{
    public static CurveCorners Of(in CurveKey key, int steps)
    {
        var least = Math.Min(1, key.LeastCap.Value / key.Uncapped.Value);
        var points = new List<(double Draw, double Throughput)>(steps + 1);
        for (var step = 0; step <= steps; step++)
        {
            var share = 1 - ((1 - least) * step / steps);
            var point = key.Curve.Under(key.Uncapped * share, key.Uncapped);
            if (points.Count == 0 || point.Draw.Value < points[^1].Draw)
                points.Add((point.Draw.Value, point.Throughput));
        }
        // The floor is a corner, so that a descent that keeps it ends exactly there.
        var keeps = key.Floor - 1e-9;
        var floor = points.FindLastIndex(point => point.Throughput >= keeps);
        var corners = Convex(points[..(floor + 1)]);
        floor = corners.Count - 1;
        corners.AddRange(Convex(points[floor < 0 ? 0.. : points.IndexOf(corners[^1])..]).Skip(1));
        return new CurveCorners([.. corners], floor);
    }

    // The upper hull: pieces that would lose less for a watt than the one above them are joined to it.
    private static List<(double Draw, double Throughput)> Convex(List<(double Draw, double Throughput)> points)
    {
        var hull = new List<(double Draw, double Throughput)>();
        foreach (var point in points)
        {
            while (hull.Count > 1 && Slope(hull[^1], point) < Slope(hull[^2], hull[^1]))
                hull.RemoveAt(hull.Count - 1);
            hull.Add(point);
        }
        return hull;
    }

    private static double Slope((double Draw, double Throughput) from, (double Draw, double Throughput) to) =>
        (from.Throughput - to.Throughput) / (from.Draw - to.Draw);
}

/// <summary>What the corners of a load follow from.</summary>
internal readonly record struct CurveKey(CapCurve Curve, Watts Uncapped, Watts LeastCap, double Floor)
{
    public static CurveKey Of(CappableLoad load) => new(load.Curve, load.Uncapped, load.LeastCap, load.Flex.Floor);
}
