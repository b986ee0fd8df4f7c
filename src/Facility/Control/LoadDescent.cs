using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Control;

/// <summary>One load on its way down its curve, piece by piece; each piece loses at least as much for a watt as the one before.</summary>
internal sealed class LoadDescent
{
    private readonly List<(double Draw, double Throughput)> _corners;
    private readonly int _floor;
    private int _at;
    private double _part;

    public LoadDescent(CappableLoad load, int steps)
    {
        Load = load;
        var least = Math.Min(1, load.LeastCap.Value / load.Uncapped.Value);
        var points = new List<(double Draw, double Throughput)>();
        for (var step = 0; step <= steps; step++)
        {
            var share = 1 - ((1 - least) * step / steps);
            var point = load.Under(load.Uncapped * share);
            if (points.Count == 0 || point.Draw.Value < points[^1].Draw)
                points.Add((point.Draw.Value, point.Throughput));
        }
        // The floor is a corner, so that a descent that keeps it ends exactly there.
        _floor = points.FindLastIndex(point => point.Throughput >= load.Flex.Floor - 1e-9);
        _corners = Convex(points[..(_floor + 1)]);
        _floor = _corners.Count - 1;
        _corners.AddRange(Convex(points[_floor < 0 ? 0.. : points.IndexOf(_corners[^1])..]).Skip(1));
    }

    public CappableLoad Load { get; }

    public double DrawWatts => Point.Draw * Load.Gpus;

    public double Throughput => Load.Under(Cap).Throughput;

    public Watts Cap => _at == 0 && _part == 0
        ? Load.MostCap > Load.Uncapped ? Load.MostCap : Load.Uncapped
        : Watts.FromWatts(Math.Max(Load.LeastCap.Value, Point.Draw));

    public bool IsBelowFloor => _at > _floor || (_at == _floor && _part > 0);

    private (double Draw, double Throughput) Point
    {
        get
        {
            if (_part == 0)
                return _corners[_at];
            var (from, to) = (_corners[_at], _corners[_at + 1]);
            return (from.Draw + ((to.Draw - from.Draw) * _part), from.Throughput + ((to.Throughput - from.Throughput) * _part));
        }
    }

    /// <summary>What the next watt costs in weighted speed, or null when there is none to give.</summary>
    public double? LossPerWatt(bool belowFloors)
    {
        if (_at >= (belowFloors ? _corners.Count - 1 : _floor))
            return null;
        var (from, to) = (_corners[_at], _corners[_at + 1]);
        return Load.Weight * (from.Throughput - to.Throughput) / (from.Draw - to.Draw);
    }

    /// <summary>Goes down the next piece, or so much of it as is needed.</summary>
    /// <returns>Watts that all GPUs of the load draw less.</returns>
    public double Descend(double watts)
    {
        var piece = (_corners[_at].Draw - _corners[_at + 1].Draw) * Load.Gpus;
        var whole = piece * (1 - _part);
        if (watts < whole)
        {
            _part += watts / piece;
            return watts;
        }
        (_at, _part) = (_at + 1, 0);
        return whole;
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
