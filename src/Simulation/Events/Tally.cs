namespace ControlPlane.Simulation.Events;

/// <summary>What a run has counted so far. Times are GPU-milliseconds.</summary>
internal sealed record Tally
{
    /// <summary>Instants at which something happened.</summary>
    public long Instants { get; set; }

    /// <summary>Passes of the scheduling cycle.</summary>
    public ulong Passes { get; set; }

    /// <summary>Jobs that came, replicas among them.</summary>
    public long Submitted { get; set; }

    /// <summary>Jobs that could never run here.</summary>
    public long Refused { get; set; }

    /// <summary>Nodes that are out.</summary>
    public int NodesOut { get; set; }

    /// <summary>Failures of nodes.</summary>
    public long Failures { get; set; }

    /// <summary>Jobs that lost their GPUs to a failure.</summary>
    public long Interruptions { get; set; }

    /// <summary>Jobs that were evicted, moved or shed.</summary>
    public long Preemptions { get; set; }

    /// <summary>Time of gangs, loading after a restart.</summary>
    public double Starting { get; set; }

    /// <summary>Time of gangs, working at whatever speed.</summary>
    public double Working { get; set; }

    /// <summary>Time of gangs, writing checkpoints.</summary>
    public double Writing { get; set; }

    /// <summary>What lower speed took of the working time.</summary>
    public double Slowed { get; set; }

    /// <summary>Work in vain.</summary>
    public double Lost { get; set; }

    /// <summary>Time of replicas, starting or serving.</summary>
    public double Serving { get; set; }

    /// <summary>Takes over what another has counted.</summary>
    public void TakeOver(Tally other)
    {
        (Instants, Passes, Submitted, Refused, NodesOut) = (other.Instants, other.Passes, other.Submitted, other.Refused, other.NodesOut);
        (Failures, Interruptions, Preemptions) = (other.Failures, other.Interruptions, other.Preemptions);
        (Starting, Working, Writing, Slowed, Lost, Serving) = (other.Starting, other.Working, other.Writing, other.Slowed, other.Lost, other.Serving);
    }
}
