namespace ControlPlane.Scheduling;

/// <summary>What is known of a job's run, for deciding whom an eviction would cost least.</summary>
/// <param name="StartedAt">When its present run began.</param>
/// <param name="CheckpointAt">When it last saved its work; null when never in this run.</param>
/// <param name="Sequence">Its place in the order of submission: the one it waits in again when it is evicted.</param>
public readonly record struct RunFacts(DateTimeOffset StartedAt, DateTimeOffset? CheckpointAt, long Sequence)
{
    /// <summary>Work that an eviction now would lose: time since the start or the last checkpoint, never negative.</summary>
    public TimeSpan LostAt(DateTimeOffset now)
    {
        var saved = CheckpointAt > StartedAt ? CheckpointAt.Value : StartedAt;
        return now > saved ? now - saved : TimeSpan.Zero;
    }
}
