using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>A job that waits for a place.</summary>
/// <param name="Job">The job.</param>
/// <param name="Spec">What it asks for.</param>
/// <param name="Sequence">When it was submitted, as a number that grows with every submission; unique in a hall.</param>
[GenerateSerializer, Immutable, Alias("WaitingJob")]
public sealed record WaitingJob(
    [property: Id(0)] JobId Job,
    [property: Id(1)] JobSpec Spec,
    [property: Id(2)] long Sequence);
