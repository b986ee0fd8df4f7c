namespace ControlPlane.Scheduling;

/// <summary>What a pass decided about one waiting job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Decision">The decision.</param>
public sealed record PassDecision(WaitingJob Job, PlacementDecision Decision);
