namespace ControlPlane.Facility.Grid;

/// <summary>A start that is worth waiting for.</summary>
/// <param name="At">When.</param>
/// <param name="Mean">Mean of the signal over a run that begins then.</param>
/// <param name="Present">Mean over a run that begins now.</param>
public sealed record DeferredStart(DateTimeOffset At, decimal Mean, decimal Present);
