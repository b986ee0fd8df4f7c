using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Grains.Links;

/// <summary>What was read of a trunk. Null is unknown, never zero.</summary>
/// <param name="ReadAt">When it was heard.</param>
/// <param name="Up">Whether it carries traffic.</param>
/// <param name="Receive">What it carries downward, toward the racks.</param>
/// <param name="Transmit">What it carries upward, away from the racks.</param>
/// <param name="Errors">Errors since the reading before, 0 or more.</param>
[GenerateSerializer, Immutable, Alias("LinkReading")]
public sealed record LinkReading(
    [property: Id(0)] DateTimeOffset ReadAt,
    [property: Id(1)] bool? Up,
    [property: Id(2)] GigabitsPerSecond? Receive,
    [property: Id(3)] GigabitsPerSecond? Transmit,
    [property: Id(4)] long? Errors)
{
    /// <summary>After so long a reading is unknown.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(60);

    /// <summary>No trunk carries more, in Gbit/s: what is above it is a fault of the instrument.</summary>
    public const double MostGbps = 1e6;

    /// <summary>The reading, or null when it is too old at an instant or from a time to come.</summary>
    public LinkReading? At(DateTimeOffset now) => (now - ReadAt).Duration() <= SilentAfter ? this : null;

    /// <summary>What is wrong with a reading, by field; empty when it can be taken.</summary>
    /// <param name="receiveGbps">Gbit/s, or null.</param>
    /// <param name="transmitGbps">Gbit/s, or null.</param>
    /// <param name="errors">A count, or null.</param>
    public static IReadOnlyList<(string Field, string Problem, string Expected)> Faults(double? receiveGbps, double? transmitGbps, long? errors)
    {
        var faults = new List<(string, string, string)>();
        foreach (var (field, value) in (ReadOnlySpan<(string, double?)>)[("receiveGbps", receiveGbps), ("transmitGbps", transmitGbps)])
        {
            if (value is { } given && !(given >= 0 && given <= MostGbps))
                faults.Add((field, FormattableString.Invariant($"{given} is not what a trunk can carry"), FormattableString.Invariant($"give 0 to {MostGbps:0} Gbit/s, or leave it out when it is unknown")));
        }
        if (errors < 0)
            faults.Add(("errors", FormattableString.Invariant($"{errors} is not a count"), "give 0 or more since the reading before, or leave it out when it is unknown"));
        return faults;
    }
}
