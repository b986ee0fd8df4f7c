using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Grid;
using ControlPlane.Grains.Links;
using ControlPlane.Grains.Racks;
using ControlPlane.Scheduling;
using Orleans.Concurrency;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// One hall's decisions. It awaits no other grain: it is told, it answers, and it tells others one way.
/// Key: <c>hall/&lt;name&gt;</c>.
/// </summary>
[Alias("IPlacementGrain")]
public interface IPlacementGrain : IGrainWithStringKey
{
    /// <summary>Gives the hall its layout, durably. An older version than the one it has changes nothing.</summary>
    /// <param name="version">The factory's version that the layout was made from.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="dryRun">True to hear the objections only.</param>
    [Alias("Configure")]
    Task<ConfigureAnswer> Configure(long version, HallLayout layout, bool dryRun);

    /// <summary>Decides about a job, durably: placed, waiting (it stays in the hall's queue) or refused. Repeat-safe by job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="mayWait">False to decline a job that would have to wait, leaving nothing behind.</param>
    [Alias("Place")]
    Task<PlaceAnswer> Place(JobId job, JobSpec spec, bool mayWait);

    /// <summary>Ends a job: its leases are withdrawn. Repeatable; null when the hall does not know it.</summary>
    [Alias("Cancel")]
    Task<JobNews?> Cancel(JobId job);

    /// <summary>What would be done about a job were it submitted now; nothing is changed.</summary>
    [Alias("Plan")]
    Task<PlanAnswer> Plan(JobId job, JobSpec spec);

    /// <summary>Why a job does not run in one of the hall's racks, or that it could; null when job or rack are not known.</summary>
    [Alias("WhyNot")]
    Task<string?> WhyNot(JobId job, RackId rack);

    /// <summary>Trunks on which a job's gang holds bandwidth; empty when it holds none, or is not known.</summary>
    [Alias("TrunksOf")]
    Task<ValueList<LinkId>> TrunksOf(JobId job);

    /// <summary>Everything that decides where a job goes, by name.</summary>
    [Alias("Export")]
    Task<HallExport> Export();

    /// <summary>What the hall knows about a job, or null.</summary>
    [Alias("JobState")]
    Task<JobNews?> JobState(JobId job);

    /// <summary>A job as the hall accepted it, or null.</summary>
    [Alias("Find")]
    Task<HallJob?> Find(JobId job);

    /// <summary>Says that a final state is safely in the job's own row, so the hall may forget it.</summary>
    [OneWay, Alias("Acknowledge")]
    Task Acknowledge(JobId job);

    /// <summary>Takes a rack's report; answers with the leases that the rack should have.</summary>
    [Alias("Report")]
    Task<RackOrders> Report(RackReport report);

    /// <summary>Asks for a new limit of a power domain. What is in force never falls below what is committed: it follows as jobs end.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="requested">The limit; null for the layout's own.</param>
    /// <param name="urgency">What is done for it beyond lowering flexible jobs.</param>
    [Alias("SetPowerLimit")]
    Task<PowerLimitAnswer> SetPowerLimit(PowerDomainId domain, Watts? requested, LimitUrgency urgency = LimitUrgency.Lower);

    /// <summary>
    /// Cordons, drains, fails or restores a node by itself. A failed node's jobs are placed again elsewhere. It stays closed
    /// while its rack or its health keeps it so.
    /// </summary>
    [Alias("SetNodeCondition")]
    Task<ConditionAnswer> SetNodeCondition(NodeId node, NodeCondition condition);

    /// <summary>Keeps new work off a node for health's sake; with no alerts, no longer. Work that runs there stays.</summary>
    /// <param name="node">The node.</param>
    /// <param name="alerts">What prevents it, in few words; while they stay the same nothing is recorded.</param>
    /// <param name="message">What was found, for a person.</param>
    /// <param name="drains">True to move what runs there off, too.</param>
    [Alias("SetNodeHealth")]
    Task<ConditionAnswer> SetNodeHealth(NodeId node, string alerts, string message, bool drains);

    /// <summary>Whether a node takes new work, and if not, why.</summary>
    [Alias("ConditionOf")]
    Task<ConditionAnswer> ConditionOf(NodeId node);

    /// <summary>Changes a whole rack's state, as one fault: its jobs go on elsewhere, each once. What its nodes are by themselves stays.</summary>
    [Alias("SetRackState")]
    Task<ConditionAnswer> SetRackState(RackId rack, RackState state, string reason);

    /// <summary>Says that a cooling loop carries no heat any more, or does again; null when done, else the objection.</summary>
    [Alias("SetLoopLost")]
    Task<string?> SetLoopLost(CoolingLoopId loop, bool isLost, string reason);

    /// <summary>Marks one GPU as failed or repaired; null when done, else the objection.</summary>
    [Alias("SetGpuFailed")]
    Task<string?> SetGpuFailed(GpuId gpu, bool failed);

    /// <summary>
    /// Has whatever holds a GPU done again from its last checkpoint, because the GPU is not to be trusted; a job without restarts
    /// left fails. Repeatable. Null when done, else the objection.
    /// </summary>
    [Alias("RestartWork")]
    Task<string?> RestartWork(GpuId gpu, string because);

    /// <summary>Where a GPU is; null when the hall has none of that name.</summary>
    [Alias("PlaceOf")]
    Task<GpuPlace?> PlaceOf(GpuId gpu);

    /// <summary>Nodes of agents that are ready and whose GPUs are all free.</summary>
    [Alias("IdleNodes")]
    Task<ValueList<IdleNode>> IdleNodes();

    /// <summary>
    /// Takes a trunk out of use, or back. Gangs that cross a dead one start again elsewhere where they can, whole; those that
    /// cannot run on and say so. Null when done, else the objection.
    /// </summary>
    [Alias("SetLinkUp")]
    Task<string?> SetLinkUp(LinkId link, bool up, string because);

    /// <summary>Hears what a trunk carries, for those who look at the hall.</summary>
    [OneWay, Alias("ObserveLink")]
    Task ObserveLink(LinkId link, LinkReading reading);

    /// <summary>Takes what the ranks of a job took for a step, each time positive; says which of them hold it up time and again.</summary>
    [Alias("ObserveSteps")]
    Task<StepAnswer> ObserveSteps(JobId job, ValueList<RankTime> times);

    /// <summary>Why a job is where it is, worked out now.</summary>
    [Alias("Why")]
    Task<string?> Why(JobId job);

    /// <summary>The hall in figures.</summary>
    [Alias("View")]
    Task<HallView> View();

    /// <summary>Events after a sequence number, oldest first, at most <paramref name="count"/>.</summary>
    [Alias("Events")]
    Task<HallEvents> Events(long after, int count);

    /// <summary>What a load target would do to the hall as it is now; nothing is changed. Null when it has no such domain.</summary>
    [Alias("PlanTarget")]
    Task<TargetPlan?> PlanTarget(PowerDomainId domain, Watts limit);

    /// <summary>
    /// Gives the hall the grid's signal, durably, or (null) withdraws it: jobs that may wait are put off anew, or start.
    /// </summary>
    /// <returns>How many jobs are put off now.</returns>
    [Alias("SetSignal")]
    Task<int> SetSignal(GridSignal? signal);

    /// <summary>The grid's signal, or null.</summary>
    [Alias("Signal")]
    Task<GridSignal?> Signal();

    /// <summary>What a feed, a domain without parent, drew in the minutes that begin in a span; at most two days back.</summary>
    [Alias("Metered")]
    Task<ValueList<FeedMinute>> Metered(PowerDomainId feed, DateTimeOffset from, DateTimeOffset until);

    /// <summary>Wakes the hall and has it re-send what is outstanding.</summary>
    [Alias("Wake")]
    Task Wake();
}

/// <summary>A job as a hall accepted it.</summary>
/// <param name="Spec">What it asks for.</param>
/// <param name="SubmittedAt">When it was accepted.</param>
/// <param name="News">Its state.</param>
[GenerateSerializer, Immutable, Alias("HallJob")]
public sealed record HallJob(
    [property: Id(0)] JobSpec Spec,
    [property: Id(1)] DateTimeOffset SubmittedAt,
    [property: Id(2)] JobNews News);

/// <summary>What came of changing a node's or a rack's condition.</summary>
/// <param name="Objection">Why nothing was changed, or null.</param>
/// <param name="Condition">What holds now: the worst that the node, its rack and its health say.</param>
/// <param name="Because">What keeps new work off; empty when nothing does.</param>
[GenerateSerializer, Immutable, Alias("ConditionAnswer")]
public sealed record ConditionAnswer(
    [property: Id(0)] string? Objection,
    [property: Id(1)] NodeCondition Condition,
    [property: Id(2)] string Because);

/// <summary>What came of a job's step times.</summary>
/// <param name="Objection">Why they were not taken, or null.</param>
/// <param name="Stragglers">Ranks that hold the job up.</param>
/// <param name="Message">What is said of them; empty when there are none.</param>
[GenerateSerializer, Immutable, Alias("StepAnswer")]
public sealed record StepAnswer(
    [property: Id(0)] string? Objection,
    [property: Id(1)] ValueList<int> Stragglers,
    [property: Id(2)] string Message);

/// <summary>The answer to a configuration.</summary>
/// <param name="Version">The version in force afterwards.</param>
/// <param name="Objections">Why the layout cannot be taken now; empty when it can.</param>
[GenerateSerializer, Immutable, Alias("ConfigureAnswer")]
public sealed record ConfigureAnswer([property: Id(0)] long Version, [property: Id(1)] ValueList<string> Objections);

/// <summary>A hall's answer about a job.</summary>
/// <param name="Accepted">False when the hall left nothing behind.</param>
/// <param name="News">The job's state, or what it would be.</param>
/// <param name="Conflict">True when the hall knows another job of that name; <paramref name="News"/> is then that job's.</param>
[GenerateSerializer, Immutable, Alias("PlaceAnswer")]
public sealed record PlaceAnswer(
    [property: Id(0)] bool Accepted,
    [property: Id(1)] JobNews News,
    [property: Id(2)] bool Conflict = false);

/// <summary>The answer to a new power limit.</summary>
/// <param name="Found">False when the hall has no such domain.</param>
/// <param name="Requested">The limit asked for.</param>
/// <param name="InForce">The limit that holds now.</param>
/// <param name="Committed">What is committed below the domain.</param>
[GenerateSerializer, Immutable, Alias("PowerLimitAnswer")]
public sealed record PowerLimitAnswer(
    [property: Id(0)] bool Found,
    [property: Id(1)] Watts Requested,
    [property: Id(2)] Watts InForce,
    [property: Id(3)] Watts Committed)
{
    /// <summary>Why the limit was refused; null when it was taken.</summary>
    [Id(4)]
    public LimitObjection? Objection { get; init; }
}

/// <summary>Why a limit cannot be asked of a power domain.</summary>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Right">What would be right.</param>
[GenerateSerializer, Immutable, Alias("LimitObjection")]
public sealed record LimitObjection([property: Id(0)] string Problem, [property: Id(1)] string Right);

/// <summary>Where a GPU is.</summary>
/// <param name="Node">Its node.</param>
/// <param name="NodeGpus">GPUs of that node.</param>
/// <param name="HallGpus">GPUs of the hall.</param>
/// <param name="IsSimulated">True when it is simulated.</param>
[GenerateSerializer, Immutable, Alias("GpuPlace")]
public sealed record GpuPlace(
    [property: Id(0)] NodeId Node, [property: Id(1)] int NodeGpus, [property: Id(2)] int HallGpus, [property: Id(3)] bool IsSimulated);

/// <summary>A node whose GPUs are all free.</summary>
/// <param name="Node">The node.</param>
/// <param name="Gpus">Its GPUs.</param>
[GenerateSerializer, Immutable, Alias("IdleNode")]
public readonly record struct IdleNode([property: Id(0)] NodeId Node, [property: Id(1)] int Gpus);
