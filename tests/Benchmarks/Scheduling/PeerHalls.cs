using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Benchmarks.Scheduling;

/// <summary>Halls and jobs of the shapes on which other schedulers published figures: 8-GPU nodes, no budgets.</summary>
internal static class PeerHalls
{
    /// <summary>A hall of 8-GPU nodes.</summary>
    /// <param name="nodes">How many.</param>
    /// <param name="nodesPerRack">Nodes of a rack; 8 racks make a leaf, 8 leaves a spine group.</param>
    /// <param name="queues">Its queues.</param>
    public static HallLayout Hall(int nodes, int nodesPerRack, params HallQueue[] queues)
    {
        var racks = new List<HallRack>();
        var layoutNodes = new List<HallNode>();
        for (var first = 0; first < nodes; first += nodesPerRack)
        {
            var rack = racks.Count;
            var here = Math.Min(nodesPerRack, nodes - first);
            racks.Add(new HallRack(new RackId($"rack-{rack}"), "peer", 0, rack / 8, rack / 64, -1, -1, -1, [], first, here, Watts.Zero, true));
            for (var node = first; node < first + here; node++)
            {
                layoutNodes.Add(new HallNode(
                    new NodeId($"node-{node}"), rack, 0, 8, 1_000_000, Gibibytes.FromGibibytes(2048), Watts.Zero, node, GigabitsPerSecond.Zero));
            }
        }
        return new HallLayout(
            new HallId("peer"), "", [new HallGpuModel("gpu", Watts.Zero, Watts.FromWatts(700), false)],
            racks.ToValueList(), layoutNodes.ToValueList(), [], [], [], queues.ToValueList());
    }

    public static HallQueue Queue(string name, double quota, int parent = -1, double limit = -1) =>
        new(new QueueId(name), parent, limit < 0 ? -1 : (long)(limit * 1000)) { QuotaMilliGpu = quota < 0 ? -1 : (long)(quota * 1000) };

    public static JobSpec Job(string queue, int tasks, int gpus, TopologyLevel? preferred = null) => new(
        new QueueId(queue), 50, [new TaskGroup("w", tasks, gpus, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)],
        new TopologyRequest(null, preferred), new SimulatedWork("training", TimeSpan.FromHours(1), 0, 1), null, null);

    /// <summary>Waiting jobs of one kind, the queues taking turns.</summary>
    public static WaitingJobs Waiting(int count, params JobSpec[] specs)
    {
        var waiting = new WaitingJobs();
        for (var job = 0; job < count; job++)
            waiting.Add(new WaitingJob(Id("pending", job), specs[job % specs.Length], job));
        return waiting;
    }

    /// <summary>Fills every GPU of the first nodes with a one-GPU job.</summary>
    public static void Fill(HallState state, string queue, int gpusPerNode = 8)
    {
        var spec = Job(queue, 1, 1);
        for (var node = 0; node < state.Layout.Nodes.Count; node++)
        {
            for (var gpu = 0; gpu < gpusPerNode; gpu++)
                state.Assign(Id("running", (node * 8) + gpu), spec, new Assignment([new TaskPlacement(0, 0, node, [gpu], 1000)]));
        }
    }

    private static JobId Id(string kind, int number) => new($"{kind}-{number.ToString(CultureInfo.InvariantCulture)}");
}
