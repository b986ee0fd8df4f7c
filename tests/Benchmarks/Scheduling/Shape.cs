using ControlPlane.Scheduling;

namespace ControlPlane.Benchmarks.Scheduling;

/// <summary>One workload: how its hall is made, what is measured on it and what others published.</summary>
/// <param name="Name">Such as W3-1000.</param>
/// <param name="What">What it consists of.</param>
/// <param name="Make">Makes a fresh hall and its waiting jobs; not measured.</param>
/// <param name="Decide">What is measured; returns the number of decisions taken.</param>
/// <param name="TargetMs">Most milliseconds it should take, or null.</param>
/// <param name="Published">The published figure for the same shape, as text, or empty.</param>
internal sealed record Shape(
    string Name, string What, Func<(HallState State, WaitingJobs Waiting)> Make,
    Func<HallState, WaitingJobs, int> Decide, double? TargetMs, string Published);

/// <summary>What one shape measured.</summary>
/// <param name="Name">The shape.</param>
/// <param name="What">What it consists of.</param>
/// <param name="Decisions">Decisions in one run.</param>
/// <param name="P50Ms">Median of a run's milliseconds.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="DecisionsPerSecond">At the median.</param>
/// <param name="Bytes">Bytes allocated by one run.</param>
/// <param name="TargetMs">Most milliseconds at the median, or null.</param>
/// <param name="Published">What others published.</param>
internal sealed record Measured(
    string Name, string What, int Decisions, double P50Ms, double P99Ms, double DecisionsPerSecond, long Bytes,
    double? TargetMs, string Published);
