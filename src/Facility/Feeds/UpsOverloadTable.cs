using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Feeds;

/// <summary>For how long a UPS carries more than its rating: a table of its maker, for a range of ambient temperatures.</summary>
public sealed class UpsOverloadTable
{
    /// <summary>Makes a table.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ranges">Rising ranges without gaps; their times fall.</param>
    /// <exception cref="ArgumentOutOfRangeException">Ranges overlap, leave gaps, or a larger overload lasts longer.</exception>
    public UpsOverloadTable(string name, IEnumerable<OverloadRange> ranges)
    {
        Name = name;
        Ranges = [.. ranges];
        Require.Count(Ranges.Count, 1, nameof(ranges));
        foreach (var range in Ranges)
        {
            Require.AtLeast(range.From, 1, nameof(ranges));
            Require.Positive(range.To - range.From, nameof(ranges));
            Require.NotNegative(range.Seconds, nameof(ranges));
        }
        foreach (var (lower, upper) in Ranges.Zip(Ranges.Skip(1)))
        {
            if (lower.To != upper.From || lower.Seconds < upper.Seconds)
                throw new ArgumentOutOfRangeException(nameof(ranges), upper.From, "Ranges must follow each other without gap, and a larger overload must not last longer.");
        }
    }

    /// <summary>Huawei UPS2000-G up to 35 C (user manual, page 82).</summary>
    public static UpsOverloadTable Huawei2000To35C { get; } = Huawei("huawei_ups2000g_le35C", 600, 60, 3, 0.5);

    /// <summary>Huawei UPS2000-G from 35 to 40 C (user manual, page 82): about half the time.</summary>
    public static UpsOverloadTable Huawei2000To40C { get; } = Huawei("huawei_ups2000g_35_40C", 300, 30, 1.5, 0.5);

    /// <summary>The tables that ship with the product.</summary>
    public static IReadOnlyList<UpsOverloadTable> All { get; } = [Huawei2000To35C, Huawei2000To40C];

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The ranges, smallest overload first.</summary>
    public IReadOnlyList<OverloadRange> Ranges { get; }

    /// <summary>The table of a Huawei UPS2000-G in a room of that temperature.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Above 40 C, for which its maker states nothing.</exception>
    public static UpsOverloadTable Huawei2000(Celsius ambient) => ambient.Value switch
    {
        <= 35 => Huawei2000To35C,
        <= 40 => Huawei2000To40C,
        _ => throw new ArgumentOutOfRangeException(nameof(ambient), ambient, "The maker states overload times up to 40 C."),
    };

    /// <summary>
    /// Seconds until the UPS gives up under a constant load: infinite below the first range, and at the border of two
    /// ranges the shorter time.
    /// </summary>
    /// <param name="loadFraction">Load over rating, 0 or more; infinite when it has lost its capacity.</param>
    public double DeadlineSeconds(double loadFraction)
    {
        if (!double.IsPositiveInfinity(loadFraction))
            Require.NotNegative(loadFraction);
        if (loadFraction < Ranges[0].From)
            return double.PositiveInfinity;
        return loadFraction >= Ranges[^1].To ? Ranges[^1].Seconds : Ranges.Last(range => range.From <= loadFraction).Seconds;
    }

    /// <summary>
    /// The share of the permitted time that is used after a step, from 0 to 1: what the share was plus step over deadline.
    /// At 1 the UPS has given up. A step without overload gives back at <paramref name="recovery"/>.
    /// </summary>
    /// <param name="used">The share at the start, 0 to 1.</param>
    /// <param name="loadFraction">Load over rating, 0 or more.</param>
    /// <param name="time">How long, not negative.</param>
    /// <param name="recovery">Share given back per second without overload; 0 by default, since makers state none.</param>
    public double Step(double used, double loadFraction, TimeSpan time, double recovery = 0)
    {
        Require.Share(used);
        Require.NotNegative(recovery);
        var deadline = DeadlineSeconds(loadFraction);
        var seconds = Require.Forward(time).TotalSeconds;
        if (double.IsInfinity(deadline))
            return used >= 1 ? 1 : Math.Max(0, used - recovery * seconds);
        return deadline == 0 ? 1 : Math.Min(1, used + seconds / deadline);
    }

    private static UpsOverloadTable Huawei(string name, double to110, double to130, double to150, double above) => new(
        name, [new(1.05, 1.1, to110), new(1.1, 1.3, to130), new(1.3, 1.5, to150), new(1.5, 99, above)]);
}
