namespace ControlPlane.Scheduling;

/// <summary>Why a job does not start. The names are stable: operators filter and count by them.</summary>
public enum ReasonCode
{
    /// <summary>The job names another hall.</summary>
    WrongHall = 0,

    /// <summary>The job must run under another jurisdiction.</summary>
    WrongJurisdiction = 1,

    /// <summary>The hall does not know the job's queue.</summary>
    NoSuchQueue = 2,

    /// <summary>The hall holds no GPU of a model that the job allows.</summary>
    NoSuchModel = 3,

    /// <summary>The job runs a kernel and no node has a device that executes kernels.</summary>
    NoKernelDevice = 4,

    /// <summary>The job is simulated and no rack is.</summary>
    NoSimulatedDevice = 5,

    /// <summary>The queue or one of its ancestors would exceed its limit.</summary>
    QueueLimit = 6,

    /// <summary>Too few free GPUs.</summary>
    GpusShort = 7,

    /// <summary>Enough GPUs, too few CPU cores beside them.</summary>
    CpuShort = 8,

    /// <summary>Enough GPUs, too little memory beside them.</summary>
    MemoryShort = 9,

    /// <summary>The nodes' network adapters are slower than the job's GPUs need.</summary>
    AdapterShort = 10,

    /// <summary>A power domain would exceed its limit.</summary>
    PowerShort = 11,

    /// <summary>A cooling loop would exceed its capacity.</summary>
    HeatShort = 12,

    /// <summary>A trunk of the fabric would exceed its capacity.</summary>
    LinkShort = 13,

    /// <summary>The hall could hold the job, but no single domain of the required level can.</summary>
    TopologyShort = 14,

    /// <summary>Each limit alone allows the job, but no combination was found that meets all of them at once.</summary>
    NoCombination = 15,

    /// <summary>Nodes that would fit are cordoned or failed.</summary>
    NodesUnavailable = 16,

    /// <summary>The job allows so few tasks in one domain that there are not enough domains.</summary>
    ApartShort = 17,

    /// <summary>Too few slices fit: groups of tasks that must lie in one domain of a level.</summary>
    SliceShort = 18,

    /// <summary>The job reads a dataset that may not be read here, or not by its queue, or that is not known.</summary>
    DatasetForbidden = 19,

    /// <summary>The job is not preemptible and would take its queue above the quota.</summary>
    OverQuota = 20,

    /// <summary>No node may take the place of one that failed.</summary>
    NoReplacement = 21,

    /// <summary>Starting now would delay a job that waits longer and has a reservation.</summary>
    WouldDelay = 22,

    /// <summary>The job fits now, but would still run when its nodes are maintained or kept for others.</summary>
    WindowAhead = 23,

    /// <summary>It fits now, but others wait before it whose starts may be reserved, or nodes are kept for others: the pass that follows decides.</summary>
    InTurn = 24,

    /// <summary>Too few free positions for MIG instances of the profile.</summary>
    InstancesShort = 25,

    /// <summary>Its start is put off to when the grid's energy is cheaper or cleaner.</summary>
    Deferred = 30,

    /// <summary>The job brings kernels of its own and the hall's site takes none.</summary>
    TenantKernelsForbidden = 50,
}
