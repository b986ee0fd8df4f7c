using Orleans;

namespace ControlPlane.Domain.Units;

/// <summary>A temperature in degrees Celsius, at or above absolute zero (-273.15).</summary>
[GenerateSerializer, Immutable, Alias("Celsius")]
public readonly record struct Celsius : IComparable<Celsius>
{
    private static readonly Dictionary<string, double> Units =
        new(StringComparer.Ordinal) { ["C"] = 1, ["°C"] = 1 };

    private Celsius(double value) => Value = value;

    /// <summary>The temperature in degrees Celsius.</summary>
    [Id(0)]
    public double Value { get; private init; }

    /// <summary>Makes a temperature.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a number, or below absolute zero.</exception>
    public static Celsius FromDegrees(double degrees)
    {
        if (!(degrees >= -273.15))
            throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "A temperature is at least -273.15 C.");
        return new Celsius(degrees);
    }

    /// <summary>Reads <c>30C</c>.</summary>
    public static bool TryParse(string text, out Celsius value)
    {
        var read = QuantityText.TryParse(text, Units, out var degrees) && degrees >= -273.15;
        value = read ? new Celsius(degrees) : default;
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(Celsius other) => Value.CompareTo(other.Value);

    /// <summary>Compares two temperatures.</summary>
    public static bool operator <(Celsius left, Celsius right) => left.Value < right.Value;

    /// <summary>Compares two temperatures.</summary>
    public static bool operator >(Celsius left, Celsius right) => left.Value > right.Value;

    /// <summary>Compares two temperatures.</summary>
    public static bool operator <=(Celsius left, Celsius right) => left.Value <= right.Value;

    /// <summary>Compares two temperatures.</summary>
    public static bool operator >=(Celsius left, Celsius right) => left.Value >= right.Value;

    /// <summary>The temperature with its unit, such as <c>30 C</c>.</summary>
    public override string ToString() => QuantityText.Number(Value, 1) + " C";
}
