using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Simulation.Events;

/// <summary>A job of a run, from its submission to its end; times in milliseconds from the start.</summary>
internal sealed class JobRecord(JobId name, JobSpec spec, long sequence, long submitted, int service)
{
    public JobId Name { get; } = name;

    public JobSpec Spec { get; } = spec;

    /// <summary>Its place in the order of submission.</summary>
    public long Sequence { get; } = sequence;

    public long Submitted { get; } = submitted;

    /// <summary>Index of the service whose replica it is, or -1.</summary>
    public int Service { get; } = service;

    /// <summary>GPUs, in thousandths, at its full size.</summary>
    public long MilliGpus { get; } = spec.MilliGpus;

    /// <summary>All work there is, at full speed; infinite for a replica.</summary>
    public double Work { get; init; }

    public Checkpoints Checkpoints { get; init; }

    public JobProgress Progress { get; set; }

    /// <summary>When it first started; -1 before.</summary>
    public long FirstStart { get; set; } = -1;

    /// <summary>When its present run began; -1 while it waits.</summary>
    public long RunsSince { get; set; } = -1;

    /// <summary>Until when its progress is told.</summary>
    public long SettledAt { get; set; }

    /// <summary>When it is due to end, or for a replica to be ready; -1 for never.</summary>
    public long DueAt { get; set; } = -1;

    /// <summary>Speed over full speed, 0 to 1.</summary>
    public double Speed { get; set; } = 1;

    /// <summary>Thousandths of GPUs that it holds now.</summary>
    public long HeldMilli { get; set; }

    /// <summary>Share of its GPUs' power range that it is metered at now.</summary>
    public double Utilisation { get; set; }

    /// <summary>For a replica: true once it serves.</summary>
    public bool Serves { get; set; }

    /// <summary>How often it lost its GPUs to a failure.</summary>
    public int Failures { get; set; }

    /// <summary>How often it was evicted, moved or shed.</summary>
    public int Preemptions { get; set; }

    /// <summary>Work at full speed that it did in vain.</summary>
    public double LostWork { get; set; }
}

/// <summary>A job that has ended; times in milliseconds from the start of the run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Gpus">Its GPUs.</param>
/// <param name="Submitted">When it came.</param>
/// <param name="Started">When it first started.</param>
/// <param name="Ended">When it was done.</param>
/// <param name="WorkMilliseconds">Its work at full speed.</param>
/// <param name="Failures">How often it lost its GPUs to a failure.</param>
/// <param name="Preemptions">How often it was evicted, moved or shed.</param>
/// <param name="LostMilliseconds">Work that it did in vain.</param>
public sealed record EndedJob(
    string Name, double Gpus, long Submitted, long Started, long Ended, double WorkMilliseconds, int Failures, int Preemptions, double LostMilliseconds);
