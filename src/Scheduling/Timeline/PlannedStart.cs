using ControlPlane.Domain;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>A reservation: when and where a waiting job is to start.</summary>
/// <param name="Job">The job.</param>
/// <param name="Start">When it starts at the latest, as far as the expected ends of others hold.</param>
/// <param name="End">When it is expected to end; null for never.</param>
/// <param name="Assignment">Where it fits then. The place is not promised, only the time: it may get another one.</param>
[GenerateSerializer, Immutable, Alias("PlannedStart")]
public sealed record PlannedStart(
    [property: Id(0)] JobId Job,
    [property: Id(1)] DateTimeOffset Start,
    [property: Id(2)] DateTimeOffset? End,
    [property: Id(3)] Assignment Assignment);

/// <summary>When a waiting job is expected to start, and for whom it waits until then.</summary>
/// <param name="EarliestStart">The earliest instant at which it fits for its whole duration, given all that is planned.</param>
/// <param name="WaitsFor">Running jobs whose end it waits for, the last to end first; at most <see cref="MostNamed"/>.</param>
/// <param name="LeftOut">How many further ones are not named.</param>
[GenerateSerializer, Immutable, Alias("TimelineEstimate")]
public sealed record TimelineEstimate(
    [property: Id(0)] DateTimeOffset EarliestStart,
    [property: Id(1)] ValueList<JobId> WaitsFor,
    [property: Id(2)] int LeftOut)
{
    /// <summary>How many jobs an estimate names: what one sentence bears.</summary>
    public const int MostNamed = 4;
}
