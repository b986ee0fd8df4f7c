using ControlPlane.Domain.Jobs;

namespace ControlPlane.Simulation;

/// <summary>A job of a trace or a generated workload.</summary>
/// <param name="At">When it is submitted, from the start of the trace.</param>
/// <param name="Name">A name that is unique in the trace and valid for a job.</param>
/// <param name="Spec">What it asks for.</param>
public sealed record TraceJob(TimeSpan At, string Name, JobSpec Spec);
