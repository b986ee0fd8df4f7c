namespace ControlPlane.Scheduling;

/// <summary>Something that a plan would break.</summary>
/// <param name="Rule">Which rule, as a stable word such as <c>gpu</c> or <c>power</c>.</param>
/// <param name="What">What is wrong, with names and numbers.</param>
public sealed record PlanViolation(string Rule, string What);
