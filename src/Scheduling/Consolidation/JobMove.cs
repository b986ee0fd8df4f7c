using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>A placed job that goes on elsewhere.</summary>
/// <param name="Job">The job.</param>
/// <param name="From">What it holds before.</param>
/// <param name="To">What it holds afterwards.</param>
public sealed record JobMove(JobId Job, Assignment From, Assignment To);
