using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>
/// A second look at a plan before it is committed. It shares no code with <see cref="Placer"/> and its rules: it adds up
/// what the plan takes from the layout's own records and holds it against the hall's readings. Its cost grows with the
/// plan, not with the hall; <see cref="HallState.Verify"/> checks the readings themselves.
/// </summary>
public static class PlanCheck
{
    /// <summary>Everything the plan would break; empty for a sound plan.</summary>
    /// <param name="state">The hall before the plan.</param>
    /// <param name="job">The job.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="assignment">The plan.</param>
    /// <param name="before">What the job held just before, or null: tasks that stay need no ready node.</param>
    public static ValueList<PlanViolation> Verify(HallState state, JobId job, JobSpec spec, Assignment assignment, Assignment? before = null)
    {
        var found = new List<PlanViolation>();
        if (state.Contains(job))
            found.Add(new PlanViolation("job", $"{job} is placed already"));
        CheckJob(state.Layout, spec, found);
        CheckGang(state.Layout, spec, assignment, found);
        // Indexes that do not exist would make nonsense of every sum below.
        if (found.Exists(violation => violation.Rule == "gang"))
            return found.ToValueList();
        var kept = before?.Places ?? [];
        foreach (var onNode in assignment.Tasks.GroupBy(task => task.Node))
            PlanCheckNode.Check(state, spec, onNode.Key, [.. onNode], onNode.Any(task => !kept.Contains(task.Place)), found);
        PlanCheckShared.CheckPower(state, assignment, found);
        PlanCheckShared.CheckNetwork(state, spec, assignment, before, found);
        CheckQueues(state, spec, assignment, found);
        PlanCheckTopology.Check(state.Layout, spec, assignment, found);
        return found.ToValueList();
    }

    private static void CheckJob(HallLayout layout, JobSpec spec, List<PlanViolation> found)
    {
        if (spec.Hall is not null && spec.Hall.Value.Value != layout.Hall.Value)
            found.Add(new PlanViolation("hall", $"the job belongs in {spec.Hall}, not {layout.Hall}"));
        if (spec.Jurisdiction is not null && spec.Jurisdiction != layout.Jurisdiction)
            found.Add(new PlanViolation("jurisdiction", $"the job belongs under {spec.Jurisdiction}, not {layout.Jurisdiction}"));
        if (spec.Work is ProgramWork { Kernels.Count: > 0 } && !layout.TakesTenantKernels)
            found.Add(new PlanViolation("tenant kernels", $"the job brings kernels of its own, which {layout.Hall} does not take"));
        foreach (var name in spec.Datasets)
        {
            var readers = layout.Datasets.Where(dataset => dataset.Name == name && dataset.MayBeReadHere).Select(dataset => dataset.Queues).ToList();
            if (!readers.Exists(queues => queues.Count == 0 || queues.Contains(spec.Queue.Value)))
                found.Add(new PlanViolation("dataset", $"{spec.Queue} may not read {name} in {layout.Hall}"));
        }
    }

    private static void CheckGang(HallLayout layout, JobSpec spec, Assignment assignment, List<PlanViolation> found)
    {
        var seen = new HashSet<(int Group, int Task)>();
        foreach (var task in assignment.Tasks)
        {
            var exists = task.Group >= 0 && task.Group < spec.Groups.Count
                && task.Task >= 0 && task.Task < spec.Groups[task.Group].Count + spec.Groups[task.Group].Spares
                && task.Node >= 0 && task.Node < layout.Nodes.Count
                && task.Gpus.All(gpu => gpu >= 0 && gpu < layout.Nodes[task.Node].Gpus);
            if (!exists)
                found.Add(new PlanViolation("gang", $"task {task.Group}/{task.Task} on node {task.Node} names something that does not exist"));
            if (!seen.Add((task.Group, task.Task)))
                found.Add(new PlanViolation("gang", $"task {task.Group}/{task.Task} is placed twice"));
        }
        for (var group = 0; group < spec.Groups.Count; group++)
        {
            var facts = spec.Groups[group];
            var running = seen.Count(task => task.Group == group && task.Task < facts.Count);
            if (running < facts.AtLeast)
                found.Add(new PlanViolation("gang", $"{running} of at least {facts.AtLeast} tasks of {facts.Name} are placed"));
        }
    }

    private static void CheckQueues(HallState state, JobSpec spec, Assignment assignment, List<PlanViolation> found)
    {
        var milli = assignment.Tasks.Sum(task => (long)task.Gpus.Count * task.GpuMilli);
        var queues = state.Layout.Queues;
        if (queues.Count == 0)
            return;
        var index = queues.Items.IndexOf(queues.FirstOrDefault(queue => queue.Id == spec.Queue)!);
        if (index < 0)
            found.Add(new PlanViolation("queue", $"the hall has no queue {spec.Queue}"));
        for (; index >= 0; index = queues[index].Parent)
        {
            var after = state.QueueUsedMilli(index) + milli;
            if (queues[index].LimitMilliGpu >= 0 && after > queues[index].LimitMilliGpu)
                found.Add(new PlanViolation("queue", $"{queues[index].Id} would hold {after} of {queues[index].LimitMilliGpu} milli-GPUs"));
        }
    }
}
