namespace ControlPlane.Simulation.Replay;

/// <summary>A gang of a job trace; all times in seconds from the start of the trace.</summary>
/// <param name="Id">Its number, unique in the trace.</param>
/// <param name="Submit">When it is submitted.</param>
/// <param name="Gpus">GPUs it takes, whole, from its start to its end.</param>
/// <param name="Duration">How long it runs.</param>
public sealed record TracedJob(long Id, long Submit, int Gpus, long Duration)
{
    /// <summary>Who submitted it: a virtual cluster, queue or group; empty when the trace does not say.</summary>
    public string Queue { get; init; } = "";
}

/// <summary>When a job ran, in seconds from the start of the trace.</summary>
/// <param name="Job">The job.</param>
/// <param name="Start">When it first started.</param>
/// <param name="End">When it was done.</param>
public readonly record struct JobTimes(TracedJob Job, long Start, long End);
