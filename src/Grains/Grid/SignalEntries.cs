using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Grains.Grid;

/// <summary>The grid's signal was given or (null) withdrawn; jobs that may wait wait until another instant now.</summary>
[GenerateSerializer, Immutable, Alias("SignalGiven")]
internal sealed record SignalGiven(
    long Sequence, DateTimeOffset At, [property: Id(0)] GridSignal? Signal, [property: Id(1)] ValueList<DeferredJob> Jobs)
    : LedgerEntry(Sequence, At);

/// <summary>The instants came until which jobs were put off: they wait for a place like all others.</summary>
[GenerateSerializer, Immutable, Alias("DeferralsEnded")]
internal sealed record DeferralsEnded(long Sequence, DateTimeOffset At, [property: Id(0)] ValueList<JobId> Jobs)
    : LedgerEntry(Sequence, At);

/// <summary>Until when a job is put off.</summary>
/// <param name="Job">The job.</param>
/// <param name="NotBefore">The instant; null for not at all.</param>
/// <param name="Message">Why, for a person.</param>
[GenerateSerializer, Immutable, Alias("DeferredJob")]
internal sealed record DeferredJob(
    [property: Id(0)] JobId Job, [property: Id(1)] DateTimeOffset? NotBefore, [property: Id(2)] string Message);
