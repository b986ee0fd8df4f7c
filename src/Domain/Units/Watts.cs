using Orleans;

namespace ControlPlane.Domain.Units;

/// <summary>
/// Electrical power or heat flow, kept as whole milliwatts so that sums over a hall are exact.
/// The range is about ±9.2 PW; arithmetic is checked.
/// </summary>
[GenerateSerializer, Immutable, Alias("Watts")]
public readonly record struct Watts : IComparable<Watts>
{
    private static readonly Dictionary<string, double> Units =
        new(StringComparer.Ordinal) { ["mW"] = 0.001, ["W"] = 1, ["kW"] = 1_000, ["MW"] = 1_000_000 };

    private Watts(long milliwatts) => Milliwatts = milliwatts;

    /// <summary>The power in milliwatts.</summary>
    [Id(0)]
    public long Milliwatts { get; private init; }

    /// <summary>No power.</summary>
    public static Watts Zero => default;

    /// <summary>The power in watts.</summary>
    public double Value => Milliwatts / 1000.0;

    /// <summary>The power in kilowatts.</summary>
    public double Kilowatts => Milliwatts / 1_000_000.0;

    /// <summary>Makes a power from watts, rounded to the nearest milliwatt.</summary>
    /// <exception cref="OverflowException">Not finite, or out of range.</exception>
    public static Watts FromWatts(double watts) => new(checked((long)Math.Round(watts * 1000.0)));

    /// <summary>Makes a power from kilowatts, rounded to the nearest milliwatt.</summary>
    public static Watts FromKilowatts(double kilowatts) => FromWatts(kilowatts * 1000.0);

    /// <summary>Makes a power from whole milliwatts.</summary>
    public static Watts FromMilliwatts(long milliwatts) => new(milliwatts);

    /// <summary>Reads <c>700W</c>, <c>120 kW</c> or <c>1.2MW</c>.</summary>
    public static bool TryParse(string text, out Watts value)
    {
        var read = QuantityText.TryParse(text, Units, out var watts) && Math.Abs(watts) < long.MaxValue / 1000.0;
        value = read ? FromWatts(watts) : Zero;
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(Watts other) => Milliwatts.CompareTo(other.Milliwatts);

    /// <summary>Adds two powers.</summary>
    public static Watts operator +(Watts left, Watts right) => new(checked(left.Milliwatts + right.Milliwatts));

    /// <summary>Subtracts a power.</summary>
    public static Watts operator -(Watts left, Watts right) => new(checked(left.Milliwatts - right.Milliwatts));

    /// <summary>Multiplies by a count.</summary>
    public static Watts operator *(Watts left, long count) => new(checked(left.Milliwatts * count));

    /// <summary>Multiplies by a fraction, rounded to the nearest milliwatt.</summary>
    public static Watts operator *(Watts left, double fraction) =>
        new(checked((long)Math.Round(left.Milliwatts * fraction)));

    /// <summary>How many times the right power goes into the left one; not finite when the right one is zero.</summary>
    public static double operator /(Watts left, Watts right) => left.Milliwatts / (double)right.Milliwatts;

    /// <summary>Compares two powers.</summary>
    public static bool operator <(Watts left, Watts right) => left.Milliwatts < right.Milliwatts;

    /// <summary>Compares two powers.</summary>
    public static bool operator >(Watts left, Watts right) => left.Milliwatts > right.Milliwatts;

    /// <summary>Compares two powers.</summary>
    public static bool operator <=(Watts left, Watts right) => left.Milliwatts <= right.Milliwatts;

    /// <summary>Compares two powers.</summary>
    public static bool operator >=(Watts left, Watts right) => left.Milliwatts >= right.Milliwatts;

    /// <summary>The power with the unit that reads best, such as <c>132 kW</c>.</summary>
    public override string ToString()
    {
        var magnitude = Math.Abs(Value);
        if (magnitude >= 1_000_000)
            return QuantityText.Number(Value / 1_000_000, 3) + " MW";
        return magnitude >= 10_000
            ? QuantityText.Number(Value / 1000, 2) + " kW"
            : QuantityText.Number(Value, 1) + " W";
    }
}
