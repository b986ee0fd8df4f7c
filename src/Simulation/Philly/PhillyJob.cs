namespace ControlPlane.Simulation.Philly;

/// <summary>A job of a Philly list; all times in seconds from the start of the trace.</summary>
/// <param name="Id">Its number, unique in the list.</param>
/// <param name="Submit">When it is submitted.</param>
/// <param name="Gpus">GPUs it takes, whole, from its start to its end.</param>
/// <param name="Duration">How long it runs.</param>
public sealed record PhillyJob(long Id, long Submit, int Gpus, long Duration);

/// <summary>When a job ran, in seconds from the start of the trace.</summary>
/// <param name="Job">The job.</param>
/// <param name="Start">When it first started.</param>
/// <param name="End">When it was done.</param>
public readonly record struct PhillyTimes(PhillyJob Job, long Start, long End);
