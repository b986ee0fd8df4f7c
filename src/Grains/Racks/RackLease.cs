namespace ControlPlane.Grains.Racks;

/// <summary>A lease as a rack follows it. In memory: devices and the hall hold what must last.</summary>
internal sealed class RackLease(TaskLease lease)
{
    public TaskLease Lease { get; set; } = lease;

    /// <summary>When its work began, or null while it does not run.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When its simulated work will be done if nothing changes, or null.</summary>
    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>Why it does not run yet, as last logged.</summary>
    public string Obstacle { get; set; } = "";

    /// <summary>True once this activation of the hall has heard of the start.</summary>
    public bool StartReported { get; set; }

    /// <summary>True until the devices of an agent say themselves that they keep the power limit it has now.</summary>
    public bool LimitIsUnconfirmed { get; set; }

    /// <summary>Its end, or null; kept until the orders no longer hold the lease.</summary>
    public LeaseEnd? End { get; set; }
}
