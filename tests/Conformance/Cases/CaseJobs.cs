using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>Turns a case's jobs into the product's: equal pods become a task group, the most important group first.</summary>
internal sealed class CaseJobs(CaseHall hall)
{
    /// <summary>The job's specification, and which pod is which task.</summary>
    public (JobSpec Spec, IReadOnlyList<(int Group, int Task)> Tasks) Convert(CaseJob job)
    {
        var groups = new List<TaskGroup>();
        var tasks = new (int Group, int Task)[job.Pods.Count];
        var needed = job.MinPods ?? job.Pods.Count;
        foreach (var alike in job.Pods.Select((pod, index) => (pod, index)).GroupBy(one => (one.pod.Gpus, one.pod.PodPriority)).OrderByDescending(group => group.Key.PodPriority))
        {
            var members = alike.ToList();
            for (var task = 0; task < members.Count; task++)
                tasks[members[task].index] = (groups.Count, task);
            var gpus = alike.Key.Gpus;
            var isShare = gpus is > 0 and < 1;
            groups.Add(new TaskGroup(
                $"g{groups.Count}", members.Count, isShare ? 0 : (int)gpus, isShare ? (int)Math.Round(gpus * 1000) : 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)
            {
                Minimum = Math.Min(needed, members.Count),
            });
            needed -= groups[^1].AtLeast;
        }
        var spec = new JobSpec(new QueueId(job.Queue), job.Priority, groups.ToValueList(), Topology(job), new SimulatedWork("training", TimeSpan.FromHours(1), 0, 1), null, null)
        {
            Preemptible = job.Preemptible,
            PowerPercents = Percents(job),
        };
        return (spec, tasks);
    }

    /// <summary>Where a running job's pods stand, taking the lowest free GPUs of their nodes.</summary>
    public Assignment Assignment(HallState state, CaseJob job, IReadOnlyList<(int Group, int Task)> tasks)
    {
        var free = new Dictionary<int, int[]>();
        var placed = new List<TaskPlacement>();
        for (var index = 0; index < job.Pods.Count; index++)
        {
            var pod = job.Pods[index];
            var node = hall.Node(pod.Node ?? throw new CaseException($"running job '{job.Id}' has a pod without a node"));
            if (!free.TryGetValue(node, out var left))
                free[node] = left = state.FreeGpuMilli(node).ToArray();
            var milli = pod.Gpus is > 0 and < 1 ? (int)Math.Round(pod.Gpus * 1000) : pod.Gpus > 0 ? 1000 : 0;
            var count = milli == 0 ? 0 : milli < 1000 ? 1 : (int)pod.Gpus;
            var gpus = Enumerable.Range(0, left.Length).Where(gpu => left[gpu] >= milli).OrderBy(gpu => milli < 1000 ? left[gpu] : 0).Take(count).Order().ToList();
            if (gpus.Count < count)
                throw new CaseException($"running job '{job.Id}' does not fit on node '{pod.Node}'");
            gpus.ForEach(gpu => left[gpu] -= milli);
            placed.Add(new TaskPlacement(tasks[index].Group, tasks[index].Task, node, gpus.ToValueList(), milli));
        }
        return new Assignment(placed.OrderBy(task => task.Group).ThenBy(task => task.Task).ToValueList());
    }

    private TopologyRequest Topology(CaseJob job)
    {
        var topology = job.Topology ?? new CaseTopology();
        return new TopologyRequest(
            topology.Required is null ? null : hall.Level(topology.Required), topology.Preferred is null ? null : hall.Level(topology.Preferred))
        {
            Slices = topology.Slices.Select(slice => new TopologySlice(hall.Level(slice.Level), slice.Size)).ToValueList(),
        };
    }

    // The hungriest job runs its GPUs at their limit; the others at so many percent of it.
    private ValueList<int> Percents(CaseJob job)
    {
        if (job.PowerPerPod is not { } watts)
            return [];
        var percent = watts / job.Pods[0].Gpus / hall.WattsPerGpu * 100;
        return Math.Abs(percent - Math.Round(percent)) < 1e-9
            ? [(int)Math.Round(percent)]
            : throw new CaseException($"the power of job '{job.Id}' is no whole percentage of the hungriest job's");
    }
}
