using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>What a hall would do about a job.</summary>
/// <param name="Outcome">place, lower (others draw less first), consolidate, reclaim, preempt, wait or refuse; none when the hall knows the job already.</param>
/// <param name="Message">The decision, for a person.</param>
/// <param name="Evicted">Jobs that would lose everything and wait again.</param>
/// <param name="Moved">Jobs that would be moved.</param>
/// <param name="Shrunk">Jobs that would give tasks up.</param>
/// <param name="Racks">Racks it would run in.</param>
/// <param name="Added">What the hall would draw more than now, at the jobs' power limits; less when negative.</param>
/// <param name="StartsAt">When it would start: now, or as far as expected durations tell; null when nothing tells.</param>
[GenerateSerializer, Immutable, Alias("PlanAnswer")]
public sealed record PlanAnswer(
    [property: Id(0)] string Outcome, [property: Id(1)] string Message, [property: Id(2)] ValueList<JobId> Evicted,
    [property: Id(3)] ValueList<JobId> Moved, [property: Id(4)] ValueList<JobId> Shrunk, [property: Id(5)] ValueList<RackId> Racks,
    [property: Id(6)] Watts Added, [property: Id(7)] DateTimeOffset? StartsAt);

/// <summary>Everything that decides where a job goes in a hall, by name.</summary>
/// <param name="Hall">The hall.</param>
/// <param name="Sequence">The last entry it includes.</param>
/// <param name="At">When it was taken.</param>
/// <param name="Jobs">Jobs that wait or hold GPUs.</param>
/// <param name="Limits">Power limits in force where they differ from the layout's.</param>
/// <param name="Nodes">Nodes that are not ready.</param>
/// <param name="FailedGpus">GPUs that failed.</param>
/// <param name="DownLinks">Trunks that are out of use.</param>
[GenerateSerializer, Immutable, Alias("HallExport")]
public sealed record HallExport(
    [property: Id(0)] HallId Hall, [property: Id(1)] long Sequence, [property: Id(2)] DateTimeOffset At,
    [property: Id(3)] ValueList<ExportedJob> Jobs, [property: Id(4)] ValueList<ExportedLimit> Limits,
    [property: Id(5)] ValueList<ExportedNode> Nodes, [property: Id(6)] ValueList<GpuId> FailedGpus,
    [property: Id(7)] ValueList<LinkId> DownLinks);

/// <summary>A job of an export.</summary>
/// <param name="Job">The job.</param>
/// <param name="Spec">What it asks for.</param>
/// <param name="Submitted">Its place in the order of submission.</param>
/// <param name="Assignment">What it holds, by index in the hall's layout; null while it waits.</param>
[GenerateSerializer, Immutable, Alias("ExportedJob")]
public sealed record ExportedJob(
    [property: Id(0)] JobId Job, [property: Id(1)] JobSpec Spec, [property: Id(2)] long Submitted, [property: Id(3)] Assignment? Assignment)
{
    /// <summary>Its work that a checkpoint holds, in the time of its own work.</summary>
    [Id(4)]
    public TimeSpan Saved { get; init; }

    /// <summary>Its work that is surely done, saved or not, in the time of its own work.</summary>
    [Id(5)]
    public TimeSpan Done { get; init; }
}

/// <summary>A power limit in force.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="Limit">Its limit.</param>
[GenerateSerializer, Immutable, Alias("ExportedLimit")]
public readonly record struct ExportedLimit([property: Id(0)] PowerDomainId Domain, [property: Id(1)] Watts Limit);

/// <summary>A node that is not ready.</summary>
/// <param name="Node">The node.</param>
/// <param name="Condition">Its condition.</param>
[GenerateSerializer, Immutable, Alias("ExportedNode")]
public readonly record struct ExportedNode([property: Id(0)] NodeId Node, [property: Id(1)] NodeCondition Condition);
