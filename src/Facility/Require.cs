using System.Runtime.CompilerServices;

namespace ControlPlane.Facility;

/// <summary>Refuses numbers that no physical quantity can have; each answers with the number it was given.</summary>
internal static class Require
{
    /// <summary>Above 0 and finite.</summary>
    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value > 0 && double.IsFinite(value) ? value : throw Refused(value, name, "must be above 0 and finite");

    /// <summary>0 or more, and finite.</summary>
    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= 0 && double.IsFinite(value) ? value : throw Refused(value, name, "must be 0 or more, and finite");

    /// <summary>0 to 1.</summary>
    public static double Share(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is >= 0 and <= 1 ? value : throw Refused(value, name, "must be between 0 and 1");

    /// <summary>Above 0, at most 1.</summary>
    public static double PositiveShare(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is > 0 and <= 1 ? value : throw Refused(value, name, "must be above 0 and at most 1");

    /// <summary>At least a bound, and finite.</summary>
    public static double AtLeast(double value, double least, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= least && double.IsFinite(value) ? value : throw Refused(value, name, $"must be {least} or more, and finite");

    /// <summary>Not NaN and not infinite.</summary>
    public static double Finite(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) ? value : throw Refused(value, name, "must be a finite number");

    /// <summary>A count of at least a bound.</summary>
    public static int Count(int value, int least, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be {least} or more.");

    /// <summary>A time that does not run backwards.</summary>
    public static TimeSpan Forward(TimeSpan value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must not be negative.");

    private static ArgumentOutOfRangeException Refused(double value, string? name, string rule) => new(name, value, $"{name} {rule}.");
}
