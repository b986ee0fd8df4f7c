using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Openb;

/// <summary>The openb cluster as a hall, its pods as jobs: no power, cooling or network, as the experiment has none.</summary>
public static class OpenbHall
{
    /// <summary>Typical tasks cover this share of all pods: the experiment's setting.</summary>
    private const double TypicalShare = 0.95;

    /// <summary>The nodes as one rack of a hall.</summary>
    /// <param name="nodes">The nodes, in the file's order.</param>
    public static HallLayout LayoutOf(IReadOnlyList<OpenbNode> nodes)
    {
        var models = nodes.Where(node => node.Gpus > 0).Select(node => node.Model).Distinct().Order(StringComparer.Ordinal).ToList();
        var rack = new HallRack(new RackId("openb"), "openb", 0, -1, -1, -1, -1, -1, [], 0, nodes.Count, Watts.Zero, Simulated: true);
        var hallNodes = nodes.Select((node, index) => new HallNode(
            new NodeId(node.Name), 0, node.Gpus == 0 ? -1 : models.IndexOf(node.Model), node.Gpus, node.CpuMilli,
            Gibibytes.FromMebibytes(node.MemoryMebibytes), Watts.Zero, -1, GigabitsPerSecond.Zero));
        return new HallLayout(
            new HallId("openb"), "", models.Select(name => new HallGpuModel(name, Watts.Zero, Watts.Zero, RunsKernels: false)).ToValueList(),
            [rack], hallNodes.ToValueList(), [], [], [], []);
    }

    /// <summary>A pod as a job of one task.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="anyModel">True to drop the pod's model restriction, for halls with other models.</param>
    public static JobSpec SpecOf(OpenbPod pod, bool anyModel = false)
    {
        var share = pod.Gpus == 1 && pod.GpuMilli < 1000;
        var group = new TaskGroup(
            "pod", 1, share ? 0 : pod.Gpus, share ? pod.GpuMilli : 0, anyModel ? [] : pod.Models,
            pod.CpuMilli, Gibibytes.FromMebibytes(pod.MemoryMebibytes), GigabitsPerSecond.Zero);
        var duration = TimeSpan.FromSeconds(pod.DeletedSeconds - pod.CreatedSeconds);
        return new JobSpec(
            new QueueId("default"), 100, [group], new TopologyRequest(null, null),
            new SimulatedWork("other", duration, 0, 1), null, null);
    }

    /// <summary>
    /// The kinds of pods by how many there are, most first and of equals the greater model restriction first, until they
    /// cover 95 % of the pods; their shares are scaled to sum to 1.
    /// </summary>
    /// <param name="pods">The pods of the workload.</param>
    public static ValueList<TypicalTask> TypicalTasks(IReadOnlyList<OpenbPod> pods)
    {
        var kinds = pods.GroupBy(pod => (pod.CpuMilli, pod.GpuMilli, pod.Gpus, pod.GpuSpec))
            .Select(group => (Kind: group.Key, Count: group.Count(), Memory: group.Sum(pod => pod.MemoryMebibytes) / group.Count()))
            .OrderByDescending(entry => entry.Count)
            .ThenByDescending(entry => entry.Kind.CpuMilli)
            .ThenByDescending(entry => entry.Kind.GpuMilli)
            .ThenByDescending(entry => entry.Kind.Gpus)
            .ThenByDescending(entry => entry.Kind.GpuSpec, StringComparer.Ordinal)
            .ToList();
        var kept = 0;
        var covered = 0;
        while (kept < kinds.Count && covered < TypicalShare * pods.Count)
            covered += kinds[kept++].Count;
        // Shares of all pods, then divided by the share covered: scores are truncated and these roundings are the reference's.
        var all = (double)pods.Count;
        return kinds.Take(kept).Select(entry =>
        {
            ValueList<string> models = entry.Kind.GpuSpec.Length == 0 ? [] : entry.Kind.GpuSpec.Split('|').ToValueList();
            var share = entry.Count / all / (covered / all);
            return new TypicalTask(entry.Kind.CpuMilli, entry.Kind.Gpus, entry.Kind.GpuMilli, models, share) { MemoryMebibytes = entry.Memory };
        }).ToValueList();
    }
}
