namespace ControlPlane.Grains.Jobs;

/// <summary>Where a job is in its life.</summary>
public enum JobPhase
{
    /// <summary>No such job.</summary>
    Unknown = 0,

    /// <summary>Accepted and durable; waits for room.</summary>
    Waiting = 1,

    /// <summary>GPUs are leased to it; its tasks are being started.</summary>
    Placed = 2,

    /// <summary>Every task runs.</summary>
    Running = 3,

    /// <summary>Every task ended well.</summary>
    Succeeded = 4,

    /// <summary>A task ended badly.</summary>
    Failed = 5,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled = 6,

    /// <summary>It could never run here.</summary>
    Refused = 7,
}

/// <summary>Questions about phases.</summary>
public static class JobPhases
{
    /// <summary>True when the job holds nothing and never will again.</summary>
    public static bool IsFinal(this JobPhase phase) => phase >= JobPhase.Succeeded;
}
