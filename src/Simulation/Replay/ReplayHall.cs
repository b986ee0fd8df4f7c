using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Replay;

/// <summary>
/// The experiment's cluster as a hall without power, cooling or network: a flat pool, which is one node of all GPUs, or
/// servers of eight. Gangs on servers take whole ones and one part of another.
/// </summary>
public sealed class ReplayHall
{
    private const int ServerGpus = 8;
    private const int LeafRacks = 8;

    /// <summary>The queue of jobs whose virtual cluster has no quota.</summary>
    internal const string OtherQueue = "default";

    private ReplayHall(int nodes, int gpusPerNode, bool isPool) => (Nodes, GpusPerNode, IsPool) = (nodes, gpusPerNode, isPool);

    /// <summary>How many servers; 1 for a pool.</summary>
    public int Nodes { get; }

    /// <summary>True for a flat pool.</summary>
    public bool IsPool { get; }

    /// <summary>All GPUs.</summary>
    public int Gpus => Nodes * GpusPerNode;

    private int GpusPerNode { get; }

    /// <summary>A flat pool of GPUs.</summary>
    /// <param name="gpus">How many, 1 to 100,000.</param>
    /// <param name="quotas">GPUs guaranteed to virtual clusters, by name, for the policies that know of quotas; null for none.</param>
    public static ReplayHall Pool(int gpus, IReadOnlyDictionary<string, int>? quotas = null) =>
        new(1, Checked(gpus), isPool: true) { Quotas = QuotasWithin(gpus, quotas) };

    /// <summary>Servers of eight GPUs.</summary>
    /// <param name="nodes">How many, 1 to 100,000.</param>
    /// <param name="rackNodes">Nodes of a rack, 1 or more, for the policies that know of places.</param>
    /// <param name="quotas">GPUs guaranteed to virtual clusters, by name, for the policies that know of quotas; null for none.</param>
    public static ReplayHall Servers(int nodes, int rackNodes = 4, IReadOnlyDictionary<string, int>? quotas = null) =>
        new(Checked(nodes), ServerGpus, isPool: false) { RackNodes = Checked(rackNodes), Quotas = QuotasWithin(nodes * ServerGpus, quotas) };

    private int RackNodes { get; init; } = 1;

    private IReadOnlyDictionary<string, int> Quotas { get; init; } = new Dictionary<string, int>();

    /// <summary>The hall as the product's scheduler sees it: racks, leaves and queues with quotas.</summary>
    internal HallLayout FactoryLayout()
    {
        var layout = Layout();
        var racks = Enumerable.Range(0, ((Nodes - 1) / RackNodes) + 1).Select(rack => new HallRack(
            new RackId($"rack-{rack}"), "pool", 0, rack / LeafRacks, rack / LeafRacks / LeafRacks, -1, -1, -1, [], rack * RackNodes,
            Math.Min(RackNodes, Nodes - (rack * RackNodes)), Watts.Zero, Simulated: true));
        var queues = Quotas.OrderBy(quota => quota.Key, StringComparer.Ordinal)
            .Select(quota => new HallQueue(new QueueId(quota.Key), -1, -1) { QuotaMilliGpu = quota.Value * 1000L }).ToList();
        if (queues.Count > 0 && !Quotas.ContainsKey(OtherQueue))
            queues.Add(new HallQueue(new QueueId(OtherQueue), -1, -1) { QuotaMilliGpu = 0 });
        return layout with
        {
            Racks = racks.ToValueList(),
            Nodes = layout.Nodes.Select((node, index) => node with { Rack = index / RackNodes, NvlinkDomain = index }).ToValueList(),
            Queues = queues.ToValueList(),
        };
    }

    /// <summary>The hall's layout: one rack.</summary>
    public HallLayout Layout()
    {
        var rack = new HallRack(new RackId("pool"), "pool", 0, -1, -1, -1, -1, -1, [], 0, Nodes, Watts.Zero, Simulated: true);
        var nodes = Enumerable.Range(0, Nodes).Select(node => new HallNode(
            new NodeId($"node-{node}"), 0, 0, GpusPerNode, 1, Gibibytes.Zero, Watts.Zero, -1, GigabitsPerSecond.Zero));
        return new HallLayout(
            new HallId("replay"), "", [new HallGpuModel("gpu", Watts.Zero, Watts.Zero, RunsKernels: false)],
            [rack], nodes.ToValueList(), [], [], [], []);
    }

    /// <summary>A job as it asks for GPUs of this cluster.</summary>
    public JobSpec SpecOf(TracedJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var groups = new List<TaskGroup>();
        var whole = IsPool ? 0 : job.Gpus / ServerGpus;
        if (whole > 0)
            groups.Add(Group("servers", whole, ServerGpus));
        if (job.Gpus - whole * ServerGpus > 0)
            groups.Add(Group("rest", 1, job.Gpus - whole * ServerGpus));
        return new JobSpec(
            new QueueId("default"), 100, groups.ToValueList(), new TopologyRequest(null, null),
            new SimulatedWork("training", TimeSpan.FromSeconds(job.Duration), 0, 1), null, null);
    }

    private static TaskGroup Group(string name, int count, int gpus) =>
        new(name, count, gpus, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero);

    private static int Checked(int count) =>
        count is >= 1 and <= 100_000 ? count : throw new ArgumentOutOfRangeException(nameof(count), count, "1 to 100,000 was expected.");

    private static IReadOnlyDictionary<string, int> QuotasWithin(int gpus, IReadOnlyDictionary<string, int>? quotas) =>
        quotas is null || quotas.Values.Sum(quota => (long)quota) <= gpus
            ? quotas ?? new Dictionary<string, int>()
            : throw new ArgumentException($"The quotas guarantee {quotas.Values.Sum(quota => (long)quota)} GPUs and there are {gpus}: lower them.");
}
