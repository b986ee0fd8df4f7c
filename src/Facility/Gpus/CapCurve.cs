using ControlPlane.Domain.Units;
using ControlPlane.Facility.Curves;

namespace ControlPlane.Facility.Gpus;

/// <summary>
/// Throughput and draw of one workload on one GPU model by power cap, measured at some caps and interpolated between
/// them. A cap above the highest one measured changes nothing; below the lowest one, where nothing is known, throughput and
/// draw are taken to fall in proportion to the cap.
/// </summary>
public sealed class CapCurve
{
    private readonly MeasuredCurve _throughput;
    private readonly MeasuredCurve _draw;

    /// <summary>Makes a curve.</summary>
    /// <param name="gpu">The GPU model.</param>
    /// <param name="workload">The workload's name.</param>
    /// <param name="workloadClass">Its class.</param>
    /// <param name="points">Caps in watts, throughput over the uncapped one (0 to 1) and draw in watts, by rising cap.</param>
    /// <param name="source">Where they come from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A point is not in its range, or caps do not rise.</exception>
    public CapCurve(
        string gpu, string workload, WorkloadClass workloadClass, IReadOnlyList<(double Cap, double Throughput, double Draw)> points, string source)
    {
        (Gpu, Workload, Class, Source) = (gpu, workload, workloadClass, source);
        _throughput = new MeasuredCurve(points.Select(point => (Require.Positive(point.Cap, nameof(points)), Require.Share(point.Throughput, nameof(points)))));
        Caps = [.. points.Select(point => Watts.FromWatts(point.Cap))];
        _draw = new MeasuredCurve(points.Select(point => (point.Cap, Require.Positive(point.Draw, nameof(points)))));
    }

    /// <summary>The GPU model.</summary>
    public string Gpu { get; }

    /// <summary>The workload's name.</summary>
    public string Workload { get; }

    /// <summary>The workload's class.</summary>
    public WorkloadClass Class { get; }

    /// <summary>Where the points come from.</summary>
    public string Source { get; }

    /// <summary>The caps that were measured, rising.</summary>
    public IReadOnlyList<Watts> Caps { get; }

    /// <summary>The lowest cap measured.</summary>
    public Watts LowestCap => Watts.FromWatts(_draw.Start);

    /// <summary>The highest cap measured: the draw there counts as uncapped.</summary>
    public Watts HighestCap => Watts.FromWatts(_draw.End);

    /// <summary>What the workload draws without a cap.</summary>
    public Watts UncappedDraw => Watts.FromWatts(_draw.At(_draw.End));

    /// <summary>Throughput and draw under a cap.</summary>
    /// <param name="cap">Above 0.</param>
    public CapPoint Under(Watts cap)
    {
        var watts = Require.Positive(cap.Value, nameof(cap));
        var known = Math.Min(1, watts / _draw.Start);
        return new CapPoint(_throughput.At(watts) * known, Watts.FromWatts(_draw.At(watts) * known));
    }

    /// <summary>
    /// Throughput and draw of a GPU that draws less (or more) than the one measured: the cap acts in proportion to the
    /// uncapped draw, and not at all where it lies above that.
    /// </summary>
    /// <param name="cap">Above 0.</param>
    /// <param name="uncappedDraw">What this job draws without a cap, above 0.</param>
    public CapPoint Under(Watts cap, Watts uncappedDraw)
    {
        Require.Positive(uncappedDraw.Value, nameof(uncappedDraw));
        if (Require.Positive(cap.Value, nameof(cap)) >= uncappedDraw.Value)
            return new CapPoint(1, uncappedDraw);
        var alike = UncappedDraw * (cap / uncappedDraw);
        var scaled = Under(alike < LowestCap ? alike : CapFor(alike));
        return scaled with { Draw = uncappedDraw * (scaled.Draw / UncappedDraw) };
    }

    /// <summary>The cap under which the workload draws so much; the nearest measured cap when it never does.</summary>
    /// <param name="draw">The draw aimed at.</param>
    public Watts CapFor(Watts draw) => Watts.FromWatts(_draw.Where(draw.Value));

    /// <summary>The lowest cap that keeps a share of the throughput; the nearest measured cap when none does.</summary>
    /// <param name="throughput">0 to 1.</param>
    public Watts CapKeeping(double throughput) => Watts.FromWatts(_throughput.Where(Require.Share(throughput)));
}
