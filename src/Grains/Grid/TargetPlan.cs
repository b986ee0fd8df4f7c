using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Grains.Grid;

/// <summary>What a load target would do to a hall as it is now.</summary>
/// <param name="Committed">What is committed below the domain now.</param>
/// <param name="After">What would be once everything has happened.</param>
/// <param name="Jobs">The jobs that would be lowered.</param>
[GenerateSerializer, Immutable, Alias("TargetPlan")]
public sealed record TargetPlan(
    [property: Id(0)] Watts Committed,
    [property: Id(1)] Watts After,
    [property: Id(2)] ValueList<LoweredJob> Jobs);

/// <summary>A job that a load target would lower.</summary>
/// <param name="Job">The job.</param>
/// <param name="From">Its power limit now, in percent.</param>
/// <param name="To">Its power limit then, in percent.</param>
/// <param name="Freed">What that frees.</param>
/// <param name="Tier">What it accepts lower limits by: flexibility 10, policies or percents.</param>
/// <param name="Speed">Its speed then over its speed now, 0 to 1, by the measured curve of its class of work.</param>
/// <param name="Gpus">GPUs that it holds.</param>
[GenerateSerializer, Immutable, Alias("LoweredJob")]
public sealed record LoweredJob(
    [property: Id(0)] JobId Job,
    [property: Id(1)] int From,
    [property: Id(2)] int To,
    [property: Id(3)] Watts Freed,
    [property: Id(4)] string Tier,
    [property: Id(5)] double Speed,
    [property: Id(6)] double Gpus);

/// <summary>What a feed drew in one minute.</summary>
/// <param name="At">The minute's first instant.</param>
/// <param name="Mean">Mean of the readings taken in it.</param>
/// <param name="Readings">How many.</param>
/// <param name="IsEstimate">True when a part of one was not measured.</param>
/// <param name="Asked">The lowest limit that was asked of the feed in it; null when none was.</param>
[GenerateSerializer, Immutable, Alias("FeedMinute")]
public sealed record FeedMinute(
    [property: Id(0)] DateTimeOffset At,
    [property: Id(1)] Watts Mean,
    [property: Id(2)] int Readings,
    [property: Id(3)] bool IsEstimate,
    [property: Id(4)] Watts? Asked);
