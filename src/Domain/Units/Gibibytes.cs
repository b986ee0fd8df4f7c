using Orleans;

namespace ControlPlane.Domain.Units;

/// <summary>An amount of memory, kept as whole mebibytes; arithmetic is checked.</summary>
[GenerateSerializer, Immutable, Alias("Gibibytes")]
public readonly record struct Gibibytes : IComparable<Gibibytes>
{
    private static readonly Dictionary<string, double> Units =
        new(StringComparer.Ordinal) { ["MiB"] = 1, ["GiB"] = 1_024, ["TiB"] = 1_048_576 };

    private Gibibytes(long amount) => Mebibytes = amount;

    /// <summary>Whole mebibytes: the amount as it is kept.</summary>
    [Id(0)]
    public long Mebibytes { get; private init; }

    /// <summary>Nothing.</summary>
    public static Gibibytes Zero => default;

    /// <summary>The amount in GiB.</summary>
    public double Value => Mebibytes / 1024.0;

    /// <summary>Makes an amount from whole mebibytes.</summary>
    public static Gibibytes FromMebibytes(long amount) => new(amount);

    /// <summary>Makes an amount from GiB, rounded to the nearest of the kept unit.</summary>
    /// <exception cref="OverflowException">Not finite, or out of range.</exception>
    public static Gibibytes FromGibibytes(double amount) => new(checked((long)Math.Round(amount * 1024.0)));

    /// <summary>Reads a text such as <c>128GiB</c>.</summary>
    public static bool TryParse(string text, out Gibibytes value)
    {
        var read = QuantityText.TryParse(text, Units, out var amount) && Math.Abs(amount) < long.MaxValue;
        value = read ? new Gibibytes(checked((long)Math.Round(amount))) : Zero;
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(Gibibytes other) => Mebibytes.CompareTo(other.Mebibytes);

    /// <summary>Adds two amounts.</summary>
    public static Gibibytes operator +(Gibibytes left, Gibibytes right) => new(checked(left.Mebibytes + right.Mebibytes));

    /// <summary>Subtracts an amount.</summary>
    public static Gibibytes operator -(Gibibytes left, Gibibytes right) => new(checked(left.Mebibytes - right.Mebibytes));

    /// <summary>Multiplies by a count.</summary>
    public static Gibibytes operator *(Gibibytes left, long count) => new(checked(left.Mebibytes * count));

    /// <summary>Compares two amounts.</summary>
    public static bool operator <(Gibibytes left, Gibibytes right) => left.Mebibytes < right.Mebibytes;

    /// <summary>Compares two amounts.</summary>
    public static bool operator >(Gibibytes left, Gibibytes right) => left.Mebibytes > right.Mebibytes;

    /// <summary>Compares two amounts.</summary>
    public static bool operator <=(Gibibytes left, Gibibytes right) => left.Mebibytes <= right.Mebibytes;

    /// <summary>Compares two amounts.</summary>
    public static bool operator >=(Gibibytes left, Gibibytes right) => left.Mebibytes >= right.Mebibytes;

    /// <summary>The amount with its unit, such as <c>128GiB</c>.</summary>
    public override string ToString() => QuantityText.Number(Value) + " GiB";
}
