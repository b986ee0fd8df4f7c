using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>How assignments are checked, taken and taken back, task by task.</summary>
public sealed partial class HallState
{
    /// <summary>Takes what one task needs; checks nothing.</summary>
    internal void Take(TaskPlacement task, int cpu, long memory, int percent)
    {
        Power.Add(Shape.Rack[task.Node], LeaseDraw(task.Node, task.Gpus.Items.AsSpan(), percent));
        Nodes.Take(task, cpu, memory);
        Index.Update(task.Node, Nodes);
    }

    /// <summary>Gives back what one task took.</summary>
    internal void Give(TaskPlacement task, int cpu, long memory, int percent)
    {
        Nodes.Give(task, cpu, memory);
        Power.Add(Shape.Rack[task.Node], -LeaseDraw(task.Node, task.Gpus.Items.AsSpan(), percent));
        Index.Update(task.Node, Nodes);
    }

    // Returns what keeps the assignment from being committed, or null when it was.
    private string? Commit(JobId job, JobSpec spec, Assignment assignment, bool withinLimits, Assignment? before, bool mayBeTaken = false)
    {
        if (_jobs.ContainsKey(job))
            throw new InvariantException($"Job {job} already holds an assignment in hall {Layout.Hall}.");
        AssignmentChecks.RequireWhole(Shape, job, spec, assignment);
        var held = new HeldJob(spec, assignment, QueueOf(spec.Queue), LinkUses.Of(Shape, spec, assignment));
        var fault = withinLimits ? AssignmentChecks.SharedFaultOf(this, held, mayBeTaken ? null : before) : null;
        fault ??= TakeAll(held, withinLimits, before, mayBeTaken);
        if (fault is not null)
            return fault;
        foreach (var use in held.Links)
            Links.Reserved[use.Link] += use.Megabits;
        Queues.Add(held, 1);
        _jobs = _jobs.Add(job, held);
        if (spec.IsSizable)
            _sizable = _sizable.Add(job, held);
        return null;
    }

    // Returns what went wrong, having given everything back, or null.
    private string? TakeAll(HeldJob held, bool withinLimits, Assignment? before, bool mayBeTaken)
    {
        var tasks = held.Assignment.Tasks;
        var percent = held.Assignment.PowerPercent;
        var places = before?.Places;
        for (var done = 0; done < tasks.Count; done++)
        {
            var task = tasks[done];
            var group = held.Spec.Groups[task.Group];
            var stays = places?.Contains(task.Place) == true;
            var fault = AssignmentChecks.FaultOf(this, task, held.Spec, withinLimits && !stays);
            if (fault is not null)
            {
                Undo(held, done);
                return fault;
            }
            var draws = LeaseDraw(task.Node, task.Gpus.Items.AsSpan(), percent) > 0;
            Take(task, group.CpuMilli, group.Memory.Mebibytes, percent);
            fault = draws && withinLimits && (!stays || mayBeTaken) ? AssignmentChecks.ExcessOf(this, task.Node) : null;
            if (fault is not null)
            {
                Undo(held, done + 1);
                return fault;
            }
        }
        return null;
    }

    private void Undo(HeldJob held, int tasks)
    {
        for (var index = tasks - 1; index >= 0; index--)
        {
            var task = held.Assignment.Tasks[index];
            var group = held.Spec.Groups[task.Group];
            Give(task, group.CpuMilli, group.Memory.Mebibytes, held.Assignment.PowerPercent);
        }
    }

    // A GPU draws its limit from its first lease to its last, however many jobs share it.
    private long LeaseDraw(int node, ReadOnlySpan<int> gpus, int percent)
    {
        var idle = 0;
        foreach (var gpu in gpus)
        {
            if (Nodes.GpuFree[Shape.FirstGpu[node] + gpu] == 1000)
                idle++;
        }
        return idle == 0 ? 0 : idle * Shape.LeaseOf(Shape.Model[node], percent);
    }

    private static void ThrowFor(JobId job, string? fault)
    {
        if (fault is not null)
            throw new InvariantException($"Job {job} cannot be assigned: {fault}.");
    }
}
