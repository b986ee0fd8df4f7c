namespace ControlPlane.Facility.Curves;

/// <summary>
/// A measured relation: straight lines between its points, flat outside of them, so that nothing is claimed beyond what
/// was measured.
/// </summary>
public sealed class MeasuredCurve
{
    private readonly double[] _x;
    private readonly double[] _y;
    private readonly bool _rises = true;

    /// <summary>Makes a curve.</summary>
    /// <param name="points">At least one point; x rises from each to the next.</param>
    /// <exception cref="ArgumentOutOfRangeException">No point, a number that is not finite, or an x that does not rise.</exception>
    public MeasuredCurve(IEnumerable<(double X, double Y)> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var list = points.ToArray();
        Require.Count(list.Length, 1, nameof(points));
        _x = [.. list.Select(point => Require.Finite(point.X, nameof(points)))];
        _y = [.. list.Select(point => Require.Finite(point.Y, nameof(points)))];
        for (var i = 1; i < _x.Length; i++)
        {
            if (_x[i] <= _x[i - 1])
                throw new ArgumentOutOfRangeException(nameof(points), _x[i], $"Point {i + 1} of a curve must lie right of the point before it.");
            _rises &= _y[i] > _y[i - 1];
        }
    }

    /// <summary>The smallest x measured.</summary>
    public double Start => _x[0];

    /// <summary>The largest x measured.</summary>
    public double End => _x[^1];

    /// <summary>The points.</summary>
    public IEnumerable<(double X, double Y)> Points => _x.Zip(_y);

    /// <summary>The value at a place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number.</exception>
    public double At(double x)
    {
        if (double.IsNaN(x))
            throw new ArgumentOutOfRangeException(nameof(x), x, "A place on a curve must be a number.");
        return Between(_x, _y, x);
    }

    /// <summary>The place at which a rising curve has a value; the nearest end when it never does.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number.</exception>
    /// <exception cref="InvalidOperationException">The curve does not rise throughout.</exception>
    public double Where(double y)
    {
        if (double.IsNaN(y))
            throw new ArgumentOutOfRangeException(nameof(y), y, "A value of a curve must be a number.");
        if (!_rises)
            throw new InvalidOperationException("Only a curve that rises throughout has one place for each value.");
        return Between(_y, _x, y);
    }

    private static double Between(double[] from, double[] to, double at)
    {
        // A loop: steering reads curves a hundred thousand times a second, and a search with a closure costs more than the rest.
        var right = 0;
        while (right < from.Length && from[right] < at)
            right++;
        if (right == 0 || right == from.Length)
            return right > 0 ? to[^1] : to[0];
        var share = (at - from[right - 1]) / (from[right] - from[right - 1]);
        return to[right - 1] + (to[right] - to[right - 1]) * share;
    }
}
