using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Racks;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>What a rack last said of itself.</summary>
/// <param name="At">When.</param>
/// <param name="Watts">What it draws, or null when unknown.</param>
/// <param name="HottestCelsius">Its hottest GPU, or null when unknown.</param>
/// <param name="Building">What the building's instruments show of it, or null.</param>
internal sealed record RackTelemetry(DateTimeOffset At, double? Watts, double? HottestCelsius, BuildingReading? Building);

/// <summary>What a power domain draws.</summary>
/// <param name="Watts">The sum over its racks; one that is not known counts with what is committed to it.</param>
/// <param name="IsEstimate">True when one is not known.</param>
internal readonly record struct ObservedPower(Watts Watts, bool IsEstimate);

/// <summary>
/// What racks say of themselves, in memory. A reading that is too old, or from a time to come because a clock was set back,
/// is unknown; so is one that no rack can have.
/// </summary>
/// <param name="silentAfter">Age beyond which a reading is unknown.</param>
internal sealed class HallTelemetry(TimeSpan silentAfter)
{
    /// <summary>No rack draws more: a reading above it is a fault of the instrument.</summary>
    private const double MostWatts = 1e7;

    private readonly Dictionary<RackId, RackTelemetry> _heard = [];

    /// <summary>Takes a rack's report.</summary>
    public void Hear(RackReport report, DateTimeOffset now) =>
        _heard[report.Rack] = new RackTelemetry(now, Known(report.Watts, 0, MostWatts), Known(report.HottestCelsius, -100, 500), report.Building);

    /// <summary>The last that a rack said, however old; null when it never said anything.</summary>
    public RackTelemetry? Last(RackId rack) => _heard.GetValueOrDefault(rack);

    /// <summary>What a rack says of itself now; null when nothing is known.</summary>
    public RackTelemetry? Of(RackId rack, DateTimeOffset now) =>
        _heard.GetValueOrDefault(rack) is { } heard && (now - heard.At).Duration() <= silentAfter ? heard : null;

    /// <summary>What every power domain draws, by index.</summary>
    public ObservedPower[] Power(HallState state, DateTimeOffset now)
    {
        var layout = state.Layout;
        var (watts, isEstimate) = (new double[layout.PowerDomains.Count], new bool[layout.PowerDomains.Count]);
        for (var index = 0; index < layout.Racks.Count; index++)
        {
            var known = Of(layout.Racks[index].Id, now)?.Watts;
            var counted = known ?? state.RackDraw(index).Value;
            for (var domain = layout.Racks[index].PowerDomain; domain >= 0; domain = layout.PowerDomains[domain].Parent)
            {
                watts[domain] += counted;
                isEstimate[domain] |= known is null;
            }
        }
        return [.. watts.Select((sum, domain) => new ObservedPower(Watts.FromWatts(sum), isEstimate[domain]))];
    }

    private static double? Known(double? reading, double least, double most) => reading >= least && reading <= most ? reading : null;
}
