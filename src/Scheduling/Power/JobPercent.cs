using ControlPlane.Domain;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>A power limit for all GPUs of a job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Percent">Of its devices' default limit, 1 to 100.</param>
[GenerateSerializer, Immutable, Alias("JobPercent")]
public readonly record struct JobPercent([property: Id(0)] JobId Job, [property: Id(1)] int Percent);
