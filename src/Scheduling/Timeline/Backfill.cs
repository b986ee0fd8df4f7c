namespace ControlPlane.Scheduling;

/// <summary>For whom starts are reserved, so that jobs behind may start before them without delaying them.</summary>
public enum Backfill
{
    /// <summary>For nobody: a job behind a blocked one starts when it fits, however much later the blocked one starts for it.</summary>
    None = 0,

    /// <summary>For the first blocked job.</summary>
    Easy = 1,

    /// <summary>For every blocked job, up to a depth.</summary>
    Conservative = 2,
}
