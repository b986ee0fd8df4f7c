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
    public static ReplayHall Pool(int gpus) => new(1, Checked(gpus), isPool: true);

    /// <summary>Servers of eight GPUs.</summary>
    /// <param name="nodes">How many, 1 to 100,000.</param>
    public static ReplayHall Servers(int nodes) => new(Checked(nodes), ServerGpus, isPool: false);

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
}
