using System.Globalization;

namespace ControlPlane.Hardware.Kernels;

/// <summary>
/// The largest error seen, relative to the sum of the magnitudes that were added up: an error relative to the
/// result alone says nothing where the terms cancel.
/// </summary>
internal sealed class ErrorGauge(double tolerance)
{
    private double _largest;
    private long _position = -1;

    public void Compare(long position, float actual, double expected, double magnitude)
    {
        var error = Math.Abs(actual - expected) / Math.Max(magnitude, float.Epsilon);
        if (double.IsNaN(error))
            error = double.PositiveInfinity;
        if (error > _largest)
            (_largest, _position) = (error, position);
    }

    public KernelVerdict Verdict => new(
        _largest,
        _largest <= tolerance
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"element {_position} is off by {_largest:g3} of its magnitude, more than the {tolerance:g3} that rounding explains"));
}

/// <summary>Which elements a check looks at when looking at all would take too long: evenly spread, both ends included.</summary>
internal static class CheckedElements
{
    public static IEnumerable<long> Of(long elements, double workPerElement)
    {
        const double affordable = 2e8;
        var looks = Math.Clamp((long)(affordable / Math.Max(workPerElement, 1)), 16, elements < 16 ? 16 : elements);
        if (looks >= elements)
        {
            for (long i = 0; i < elements; i++)
                yield return i;
            yield break;
        }
        for (long i = 0; i < looks; i++)
            yield return (long)((Int128)i * (elements - 1) / (looks - 1));
    }
}
