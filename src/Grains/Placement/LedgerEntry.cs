using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>One durable fact of a hall, in order. What the hall is, is what its entries make of an empty hall.</summary>
/// <param name="Sequence">Its number, from 1 without gaps; also the generation of leases it makes.</param>
/// <param name="At">When it was decided.</param>
[GenerateSerializer, Immutable, Alias("LedgerEntry")]
internal abstract record LedgerEntry([property: Id(0)] long Sequence, [property: Id(1)] DateTimeOffset At);

/// <summary>The hall got a layout.</summary>
[GenerateSerializer, Immutable, Alias("HallConfigured")]
internal sealed record HallConfigured(
    long Sequence, DateTimeOffset At, [property: Id(0)] long Version, [property: Id(1)] HallLayout Layout)
    : LedgerEntry(Sequence, At);

/// <summary>A job was accepted and waits.</summary>
[GenerateSerializer, Immutable, Alias("JobQueued")]
internal sealed record JobQueued(
    long Sequence, DateTimeOffset At, [property: Id(0)] JobId Job, [property: Id(1)] JobSpec Spec,
    [property: Id(2)] Waiting Decision) : LedgerEntry(Sequence, At)
{
    /// <summary>Until when its start is put off, as the grid's signal has it; null for not at all.</summary>
    [Id(3)] public DateTimeOffset? NotBefore { get; init; }
}

/// <summary>A job was placed; <paramref name="Spec"/> is given when the hall had not heard of it before.</summary>
[GenerateSerializer, Immutable, Alias("JobPlaced")]
internal sealed record JobPlaced(
    long Sequence, DateTimeOffset At, [property: Id(0)] JobId Job, [property: Id(1)] JobSpec? Spec,
    [property: Id(2)] Placed Decision, [property: Id(3)] ulong Seed) : LedgerEntry(Sequence, At);

/// <summary>A job was refused: it could never run here.</summary>
[GenerateSerializer, Immutable, Alias("JobRefused")]
internal sealed record JobRefused(
    long Sequence, DateTimeOffset At, [property: Id(0)] JobId Job, [property: Id(1)] JobSpec Spec,
    [property: Id(2)] Refused Decision) : LedgerEntry(Sequence, At);

/// <summary>Every task of a job runs.</summary>
[GenerateSerializer, Immutable, Alias("JobStarted")]
internal sealed record JobStarted(
    long Sequence, DateTimeOffset At, [property: Id(0)] JobId Job, [property: Id(1)] DateTimeOffset StartedAt)
    : LedgerEntry(Sequence, At);

/// <summary>A job ended and holds nothing any more.</summary>
[GenerateSerializer, Immutable, Alias("JobEnded")]
internal sealed record JobEnded(
    long Sequence, DateTimeOffset At, [property: Id(0)] JobId Job, [property: Id(1)] JobPhase Phase,
    [property: Id(2)] string Message, [property: Id(3)] double Tokens, [property: Id(4)] KernelResult? Result)
    : LedgerEntry(Sequence, At);

/// <summary>
/// A step of a scheduling cycle was taken: one job starts, changes size, is repaired or waits again, and others may have
/// been evicted, moved or shrunk for it, all at once.
/// </summary>
[GenerateSerializer, Immutable, Alias("StepTaken")]
internal sealed record StepTaken(
    long Sequence, DateTimeOffset At, [property: Id(0)] CycleStep Step, [property: Id(1)] ulong Seed,
    [property: Id(2)] string Message, [property: Id(3)] ValueList<SavedWork> Saved, [property: Id(4)] PassFacts? Pass)
    : LedgerEntry(Sequence, At)
{
    /// <summary>The fault after which its job's work is done again.</summary>
    [Id(5)]
    public Racks.Fault Fault { get; init; }
}

/// <summary>What a step's pass was given, so that it can be gone through again. The seed is the entry it began before.</summary>
/// <param name="At">When it began.</param>
/// <param name="FindRoom">Whether jobs that do not fit could make others give way.</param>
/// <param name="Backfill">For whom starts were reserved.</param>
/// <param name="Depth">How many.</param>
/// <param name="Reserved">What the pass before had reserved.</param>
/// <param name="Past">Decayed use by queue; empty when the past does not count.</param>
[GenerateSerializer, Immutable, Alias("PassFacts")]
internal sealed record PassFacts(
    [property: Id(0)] DateTimeOffset At, [property: Id(1)] bool FindRoom, [property: Id(2)] Backfill Backfill,
    [property: Id(3)] int Depth, [property: Id(4)] ValueList<PlannedStart> Reserved,
    [property: Id(5)] ValueList<double> Past);

/// <summary>What a job that stops has saved of its work and need not do again.</summary>
/// <param name="Job">The job.</param>
/// <param name="Saved">Simulated time of work up to its last checkpoint, earlier runs included.</param>
/// <param name="Tokens">Tokens made in it.</param>
[GenerateSerializer, Immutable, Alias("SavedWork")]
internal readonly record struct SavedWork(
    [property: Id(0)] JobId Job, [property: Id(1)] TimeSpan Saved, [property: Id(2)] double Tokens);

/// <summary>A task that joined a running job, or went on elsewhere, after the job was placed.</summary>
/// <param name="Task">Number of the task within the job, see <see cref="JobEntry.NumberOf"/>.</param>
/// <param name="Generation">The entry that placed it.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable, Alias("LateTask")]
internal readonly record struct LateTask(
    [property: Id(0)] int Task, [property: Id(1)] long Generation, [property: Id(2)] DateTimeOffset At);

/// <summary>A final state is in the job's own row; the hall forgets the job.</summary>
[GenerateSerializer, Immutable, Alias("JobForgotten")]
internal sealed record JobForgotten(long Sequence, DateTimeOffset At, [property: Id(0)] JobId Job)
    : LedgerEntry(Sequence, At);

/// <summary>A limit was asked for, or (null) the layout's own was restored.</summary>
[GenerateSerializer, Immutable, Alias("PowerLimitAsked")]
internal sealed record PowerLimitAsked(
    long Sequence, DateTimeOffset At, [property: Id(0)] PowerDomainId Domain, [property: Id(1)] Watts? Limit)
    : LedgerEntry(Sequence, At)
{
    /// <summary>What is done for it beyond lowering flexible jobs.</summary>
    [Id(2)] public LimitUrgency Urgency { get; init; }
}

/// <summary>
/// Running jobs are to draw less, so that a feed comes down to what was asked of it or a waiting job can start: their racks
/// are told, and what is committed falls once every rack says that it is so.
/// </summary>
[GenerateSerializer, Immutable, Alias("PowerLowered")]
internal sealed record PowerLowered(
    long Sequence, DateTimeOffset At, [property: Id(0)] ValueList<JobPercent> Jobs, [property: Id(1)] string Because,
    [property: Id(2)] JobId? For) : LedgerEntry(Sequence, At);

/// <summary>Racks confirmed lower limits of jobs: less is committed from now on.</summary>
[GenerateSerializer, Immutable, Alias("PowerConfirmed")]
internal sealed record PowerConfirmed(long Sequence, DateTimeOffset At, [property: Id(0)] ValueList<JobPercent> Jobs)
    : LedgerEntry(Sequence, At);

/// <summary>Running jobs may draw more, by no more than the ramp allowed: it is committed first, and then their racks are told.</summary>
[GenerateSerializer, Immutable, Alias("PowerRaised")]
internal sealed record PowerRaised(
    long Sequence, DateTimeOffset At, [property: Id(0)] ValueList<JobPercent> Jobs, [property: Id(1)] Watts Most)
    : LedgerEntry(Sequence, At)
{
    /// <summary>True for one step alone, for which the ramp was saved up.</summary>
    [Id(2)] public bool Alone { get; init; }
}

/// <summary>So much may be booked in a domain over its limit from now on: more where less is drawn than booked, less after an excursion.</summary>
[GenerateSerializer, Immutable, Alias("PowerBooked")]
internal sealed record PowerBooked(
    long Sequence, DateTimeOffset At, [property: Id(0)] PowerDomainId Domain, [property: Id(1)] double Factor, [property: Id(2)] string Because)
    : LedgerEntry(Sequence, At);

/// <summary>The caps that are armed on the nodes of racks hold now; nothing more is placed there until they are released.</summary>
[GenerateSerializer, Immutable, Alias("FailsafeFired")]
internal sealed record FailsafeFired(
    long Sequence, DateTimeOffset At, [property: Id(0)] string Subject, [property: Id(1)] ValueList<RackId> Racks, [property: Id(2)] string Because)
    : LedgerEntry(Sequence, At);

/// <summary>Armed caps no longer hold on these racks.</summary>
[GenerateSerializer, Immutable, Alias("FailsafeReleased")]
internal sealed record FailsafeReleased(
    long Sequence, DateTimeOffset At, [property: Id(0)] string Subject, [property: Id(1)] ValueList<RackId> Racks, [property: Id(2)] string Because)
    : LedgerEntry(Sequence, At);

/// <summary>A node was cordoned, failed or restored.</summary>
[GenerateSerializer, Immutable, Alias("NodeConditionChanged")]
internal sealed record NodeConditionChanged(
    long Sequence, DateTimeOffset At, [property: Id(0)] NodeId Node, [property: Id(1)] NodeCondition Condition)
    : LedgerEntry(Sequence, At);

/// <summary>A GPU failed or was repaired.</summary>
[GenerateSerializer, Immutable, Alias("GpuConditionChanged")]
internal sealed record GpuConditionChanged(
    long Sequence, DateTimeOffset At, [property: Id(0)] GpuId Gpu, [property: Id(1)] bool Failed)
    : LedgerEntry(Sequence, At);

/// <summary>A trunk went out of use, or back.</summary>
[GenerateSerializer, Immutable, Alias("LinkChanged")]
internal sealed record LinkChanged(
    long Sequence, DateTimeOffset At, [property: Id(0)] LinkId Link, [property: Id(1)] bool Up)
    : LedgerEntry(Sequence, At)
{
    /// <summary>Why; may be empty.</summary>
    [Id(2)] public string Because { get; init; } = "";

    /// <summary>Gangs that cross it, by name.</summary>
    [Id(3)] public ValueList<JobId> Across { get; init; }
}
