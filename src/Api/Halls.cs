using ControlPlane.Domain.Devices;

namespace ControlPlane.Api;

/// <summary>A hall in figures. A null reading is unknown, never zero.</summary>
/// <param name="Hall">Its name.</param>
/// <param name="Sequence">The ledger's last entry.</param>
/// <param name="Gpus">GPUs that stand in it.</param>
/// <param name="FreeGpus">GPUs wholly free.</param>
/// <param name="Waiting">Jobs that wait.</param>
/// <param name="Running">Jobs that hold GPUs.</param>
/// <param name="Ended">Jobs that ended, ever.</param>
/// <param name="Tokens">Tokens of ended jobs.</param>
/// <param name="Power">Power domains.</param>
/// <param name="Cooling">Cooling loops.</param>
/// <param name="Links">Trunks.</param>
/// <param name="Racks">Racks.</param>
/// <param name="Queues">Queues.</param>
/// <param name="Jobs">Jobs that wait or hold GPUs, at most 200.</param>
public sealed record HallResponse(
    string Hall, long Sequence, int Gpus, int FreeGpus, int Waiting, int Running, long Ended, double Tokens,
    IReadOnlyList<PowerResponse> Power, IReadOnlyList<CoolingResponse> Cooling, IReadOnlyList<LinkResponse> Links,
    IReadOnlyList<RackResponse> Racks, IReadOnlyList<QueueResponse> Queues, IReadOnlyList<JobLine> Jobs);

/// <summary>A power domain.</summary>
/// <param name="Domain">Its name.</param>
/// <param name="Kind">feed, ups, pdu, busway or rack.</param>
/// <param name="Parent">What feeds it, or null.</param>
/// <param name="LimitWatts">Limit in force.</param>
/// <param name="CommittedWatts">What placement has committed.</param>
/// <param name="ObservedWatts">What its racks draw; a rack that is unknown counts with what is committed to it.</param>
/// <param name="IsEstimate">True when a rack below it is unknown.</param>
/// <param name="BookedOver">What may be committed over the limit, going by what is drawn; 1 for no more than it.</param>
/// <param name="IsFailsafeOn">True while caps armed on the nodes hold.</param>
public sealed record PowerResponse(
    string Domain, string Kind, string? Parent, double LimitWatts, double CommittedWatts, double ObservedWatts, bool IsEstimate,
    double BookedOver = 1, bool IsFailsafeOn = false);

/// <summary>A cooling loop.</summary>
/// <param name="Loop">Its name.</param>
/// <param name="CapacityWatts">Heat it can carry.</param>
/// <param name="CommittedWatts">Heat committed to it.</param>
/// <param name="IsLost">True while it carries no heat.</param>
public sealed record CoolingResponse(string Loop, double CapacityWatts, double CommittedWatts, bool IsLost = false);

/// <summary>A trunk.</summary>
/// <param name="Link">Its name.</param>
/// <param name="Up">False while out of use.</param>
/// <param name="CapacityGbps">Bandwidth, Gbit/s.</param>
/// <param name="ReservedGbps">Bandwidth that gangs hold, Gbit/s.</param>
/// <param name="Because">Why it is out of use; empty while it is in use.</param>
/// <param name="ReceiveGbps">What it carries toward the racks, Gbit/s.</param>
/// <param name="TransmitGbps">What it carries away from the racks, Gbit/s.</param>
/// <param name="Errors">Errors since the reading before.</param>
public sealed record LinkResponse(
    string Link, bool Up, double CapacityGbps, double ReservedGbps, string Because = "", double? ReceiveGbps = null, double? TransmitGbps = null,
    long? Errors = null);

/// <summary>A rack.</summary>
/// <param name="Rack">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Gpus">GPUs in it.</param>
/// <param name="LeasedGpus">GPUs of it that some job holds.</param>
/// <param name="ObservedWatts">What it draws.</param>
/// <param name="HottestCelsius">Its hottest GPU.</param>
/// <param name="LastReport">When it last reported.</param>
/// <param name="SupplyCelsius">The coolant that it is given, as the building says.</param>
/// <param name="ReturnCelsius">The coolant that it gives back, as the building says.</param>
/// <param name="Leaks">Whether the building says that something leaks; null when it says nothing.</param>
/// <param name="IsFailsafeOn">True while caps armed on its nodes hold.</param>
/// <param name="State">What was set for it as a whole, such as ready or maintenance.</param>
/// <param name="Closed">Its nodes that take nothing new.</param>
public sealed record RackResponse(
    string Rack, string Type, int Gpus, int LeasedGpus, double? ObservedWatts, double? HottestCelsius, DateTimeOffset? LastReport,
    double? SupplyCelsius = null, double? ReturnCelsius = null, bool? Leaks = null, bool IsFailsafeOn = false,
    string State = "ready", IReadOnlyList<ClosedNodeResponse>? Closed = null);

/// <summary>A node that takes nothing new.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Condition">cordoned, draining or failed.</param>
/// <param name="Because">Why.</param>
public sealed record ClosedNodeResponse(string Node, string Condition, string Because);

/// <summary>A queue.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="UsedGpus">GPUs its jobs hold in the hall.</param>
/// <param name="LimitGpus">The most they may hold, or null.</param>
/// <param name="Waiting">Its own jobs that wait.</param>
public sealed record QueueResponse(string Queue, double UsedGpus, double? LimitGpus, int Waiting);

/// <summary>A job in one line.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Queue">Its queue.</param>
/// <param name="Phase">Where it is.</param>
/// <param name="Gpus">GPUs it asks for.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Message">The last decision.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
public sealed record JobLine(
    string Job, string Queue, string Phase, double Gpus, int Priority, string Message, DateTimeOffset SubmittedAt);

/// <summary>Something that happened in a hall.</summary>
/// <param name="Sequence">The ledger entry.</param>
/// <param name="At">When.</param>
/// <param name="Kind">Such as <c>JobPlaced</c>.</param>
/// <param name="Subject">Such as <c>Job/train-1</c>.</param>
/// <param name="Message">What happened.</param>
public sealed record EventResponse(long Sequence, DateTimeOffset At, string Kind, string Subject, string Message);

/// <summary>A page of events.</summary>
/// <param name="Events">Oldest first.</param>
/// <param name="OldestKept">The oldest that can still be asked for.</param>
/// <param name="Last">The last sequence number: ask for what comes after it.</param>
public sealed record EventsResponse(IReadOnlyList<EventResponse> Events, long OldestKept, long Last);

/// <summary>A GPU.</summary>
/// <param name="Gpu">Its name.</param>
/// <param name="Device">The device's name, or null while unknown.</param>
/// <param name="Generation">The newest generation it has seen.</param>
/// <param name="Jobs">Jobs whose work runs on it.</param>
/// <param name="Health">healthy, degraded, failed or unknown, with detail.</param>
/// <param name="KernelsRun">Kernels that ended on it.</param>
public sealed record GpuResponse(
    string Gpu, string? Device, long Generation, IReadOnlyList<string> Jobs, string Health, long KernelsRun)
{
    /// <summary>What it draws, in watts; null while unknown.</summary>
    public double? PowerWatts { get; init; }

    /// <summary>Its temperature, in Celsius; null while unknown.</summary>
    public double? TemperatureCelsius { get; init; }

    /// <summary>The power limit that is set on it, as it says itself, in watts; null while unknown.</summary>
    public double? LimitWatts { get; init; }

    /// <summary>The armed cap that it is to keep now, in watts; null for none.</summary>
    public double? CapWatts { get; init; }

    /// <summary>Why the cap does not hold as it was ordered; empty while it does.</summary>
    public string CapObstacle { get; init; } = "";

    /// <summary>Energy drawn since its driver was loaded, in joules; null while unknown.</summary>
    public double? EnergyJoules { get; init; }

    /// <summary>Clock of its processors, in MHz; null while unknown.</summary>
    public double? SmClockMegahertz { get; init; }

    /// <summary>Why its clocks are lowered, as NVML's bits, 0 for no reason; null while unknown.</summary>
    public long? SlowedBecause { get; init; }

    /// <summary>Uncorrected ECC errors since its driver was loaded; null while unknown.</summary>
    public long? UncorrectedErrors { get; init; }

    /// <summary>Memory rows wait to be remapped at the next reset; null while unknown.</summary>
    public bool? RowsPending { get; init; }

    /// <summary>A remapping of memory rows failed; null while unknown.</summary>
    public bool? RowsFailed { get; init; }

    /// <summary>Temperature of the memory beside its die, in Celsius; null while unknown.</summary>
    public double? MemoryCelsius { get; init; }

    /// <summary>Clock of its memory, in MHz; null while unknown.</summary>
    public double? MemoryClockMegahertz { get; init; }

    /// <summary>PCIe and NVLink; null while unknown.</summary>
    public CardLinks? Links { get; init; }

    /// <summary>Share of its steps that the running program has done, 0 to 1; null while none runs.</summary>
    public double? Progress { get; init; }

    /// <summary>The running program's newest loss; null before the first.</summary>
    public double? Loss { get; init; }

    /// <summary>Device memory that the running work holds, in bytes; null while none runs.</summary>
    public long? JobMemoryBytes { get; init; }
}

/// <summary>A limit for a power domain.</summary>
/// <param name="Limit">Such as <c>400kW</c>; null restores the layout's own.</param>
/// <param name="Reason">Why, for those who ask later.</param>
/// <param name="Urgency">lower: flexible jobs draw less; pause: besides, jobs are paused while more is metered; emergency: besides, armed caps fire at once.</param>
public sealed record PowerLimitRequest(string? Limit = null, string Reason = "", string Urgency = "lower");

/// <summary>What came of asking for a limit.</summary>
/// <param name="Domain">The domain.</param>
/// <param name="RequestedWatts">What was asked for.</param>
/// <param name="InForceWatts">What holds now: it follows as committed power falls.</param>
/// <param name="CommittedWatts">What is committed below the domain.</param>
public sealed record PowerLimitResponse(string Domain, double RequestedWatts, double InForceWatts, double CommittedWatts);

/// <summary>What came of changing the state of a node, a rack or a link.</summary>
/// <param name="Name">The node, rack or link.</param>
/// <param name="State">What was set or read.</param>
/// <param name="Condition">What holds now: the worst that all sides say.</param>
/// <param name="Because">What still keeps new work off; empty when nothing does.</param>
public sealed record ConditionResponse(string Name, string State, string Condition, string Because);

/// <summary>A change of a node, rack, GPU, link or queue.</summary>
/// <param name="State">ready, cordoned, draining or failed for a node; the same or a stage of its life, such as maintenance, for a rack; ready or failed for a GPU; up or down for a link; open or held for a queue.</param>
/// <param name="Reason">Why.</param>
public sealed record StateRequest(string State, string Reason = "");

/// <summary>The factory.</summary>
/// <param name="Version">Its version: grows with every change of declared objects.</param>
/// <param name="TimeScale">Simulated seconds in one second.</param>
/// <param name="Halls">Its halls.</param>
public sealed record FactoryResponse(long Version, double TimeScale, IReadOnlyList<string> Halls);
