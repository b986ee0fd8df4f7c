using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Grid;
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
    [Alias("SetPowerLimit")]
    Task<PowerLimitAnswer> SetPowerLimit(PowerDomainId domain, Watts? requested);

    /// <summary>Cordons, fails or restores a node. A failed node's jobs are placed again elsewhere.</summary>
    [Alias("SetNodeCondition")]
    Task<string?> SetNodeCondition(NodeId node, NodeCondition condition);

    /// <summary>Marks one GPU as failed or repaired; null when done, else the objection.</summary>
    [Alias("SetGpuFailed")]
    Task<string?> SetGpuFailed(GpuId gpu, bool failed);

    /// <summary>Takes a trunk out of use for new gangs, or back.</summary>
    [Alias("SetLinkUp")]
    Task<string?> SetLinkUp(LinkId link, bool up);

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
    [property: Id(3)] Watts Committed);
