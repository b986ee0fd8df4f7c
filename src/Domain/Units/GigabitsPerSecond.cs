using Orleans;

namespace ControlPlane.Domain.Units;

/// <summary>Link bandwidth, kept as whole megabits per second so that sums are exact; arithmetic is checked.</summary>
[GenerateSerializer, Immutable, Alias("GigabitsPerSecond")]
public readonly record struct GigabitsPerSecond : IComparable<GigabitsPerSecond>
{
    private static readonly Dictionary<string, double> Units =
        new(StringComparer.Ordinal) { ["Mbps"] = 1, ["Gbps"] = 1_000, ["Tbps"] = 1_000_000 };

    private GigabitsPerSecond(long amount) => Megabits = amount;

    /// <summary>Whole megabits: the amount as it is kept.</summary>
    [Id(0)]
    public long Megabits { get; private init; }

    /// <summary>Nothing.</summary>
    public static GigabitsPerSecond Zero => default;

    /// <summary>The amount in Gbit/s.</summary>
    public double Value => Megabits / 1000.0;

    /// <summary>Makes an amount from whole megabits.</summary>
    public static GigabitsPerSecond FromMegabits(long amount) => new(amount);

    /// <summary>Makes an amount from Gbit/s, rounded to the nearest of the kept unit.</summary>
    /// <exception cref="OverflowException">Not finite, or out of range.</exception>
    public static GigabitsPerSecond FromGigabits(double amount) => new(checked((long)Math.Round(amount * 1000.0)));

    /// <summary>Reads a text such as <c>400Gbps</c>.</summary>
    public static bool TryParse(string text, out GigabitsPerSecond value)
    {
        var read = QuantityText.TryParse(text, Units, out var amount) && Math.Abs(amount) < long.MaxValue;
        value = read ? new GigabitsPerSecond(checked((long)Math.Round(amount))) : Zero;
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(GigabitsPerSecond other) => Megabits.CompareTo(other.Megabits);

    /// <summary>Adds two amounts.</summary>
    public static GigabitsPerSecond operator +(GigabitsPerSecond left, GigabitsPerSecond right) => new(checked(left.Megabits + right.Megabits));

    /// <summary>Subtracts an amount.</summary>
    public static GigabitsPerSecond operator -(GigabitsPerSecond left, GigabitsPerSecond right) => new(checked(left.Megabits - right.Megabits));

    /// <summary>Multiplies by a count.</summary>
    public static GigabitsPerSecond operator *(GigabitsPerSecond left, long count) => new(checked(left.Megabits * count));

    /// <summary>Compares two amounts.</summary>
    public static bool operator <(GigabitsPerSecond left, GigabitsPerSecond right) => left.Megabits < right.Megabits;

    /// <summary>Compares two amounts.</summary>
    public static bool operator >(GigabitsPerSecond left, GigabitsPerSecond right) => left.Megabits > right.Megabits;

    /// <summary>Compares two amounts.</summary>
    public static bool operator <=(GigabitsPerSecond left, GigabitsPerSecond right) => left.Megabits <= right.Megabits;

    /// <summary>Compares two amounts.</summary>
    public static bool operator >=(GigabitsPerSecond left, GigabitsPerSecond right) => left.Megabits >= right.Megabits;

    /// <summary>The amount with its unit, such as <c>400Gbps</c>.</summary>
    public override string ToString() => QuantityText.Number(Value) + " Gbit/s";
}
