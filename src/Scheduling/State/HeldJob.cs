using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>A job that holds resources, with what must be given back when it ends.</summary>
internal sealed record HeldJob(JobSpec Spec, Assignment Assignment, int Queue, IReadOnlyList<LinkUse> Links);

/// <summary>Bandwidth reserved on a link, in megabits per second.</summary>
internal readonly record struct LinkUse(int Link, long Megabits);
