using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>What a job holds, or is to hold, from one instant until another, in ticks; <see cref="long.MaxValue"/> is for ever.</summary>
internal sealed class Holding(JobId job, HeldJob held, long from, long until, int order)
{
    public JobId Job { get; } = job;

    public HeldJob Held { get; } = held;

    public long From { get; } = from;

    /// <summary>The first instant at which nothing is held any more.</summary>
    public long Until { get; } = until;

    /// <summary>Which of all holdings it is: makes the order of events at one instant definite.</summary>
    public int Order { get; } = order;

    /// <summary>Takes in a state what is held; checks nothing.</summary>
    public void AddTo(HallState state)
    {
        foreach (var task in Held.Assignment.Tasks)
        {
            var group = Held.Spec.Groups[task.Group];
            state.Take(task, group.CpuMilli, group.Memory.Mebibytes, Held.Assignment.PowerPercent);
        }
        foreach (var use in Held.Links)
            state.Links.Reserved[use.Link] += use.Megabits;
        state.Queues.Add(Held, 1);
    }

    /// <summary>Gives it back.</summary>
    public void RemoveFrom(HallState state)
    {
        foreach (var task in Held.Assignment.Tasks)
        {
            var group = Held.Spec.Groups[task.Group];
            state.Give(task, group.CpuMilli, group.Memory.Mebibytes, Held.Assignment.PowerPercent);
        }
        foreach (var use in Held.Links)
            state.Links.Reserved[use.Link] -= use.Megabits;
        state.Queues.Add(Held, -1);
    }

    /// <summary>True when both have a task on one node.</summary>
    public static bool Meet(Assignment one, Assignment other)
    {
        var nodes = one.Tasks.Select(task => task.Node).ToHashSet();
        return other.Tasks.Any(task => nodes.Contains(task.Node));
    }
}
