using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>How a job shrinks and grows: the order in which its tasks are given up and taken on.</summary>
internal static class ElasticSize
{
    /// <summary>Steps in which a job shrinks at most: larger jobs give up several tasks in one.</summary>
    private const int MostSteps = 64;

    /// <summary>
    /// The assignments a job can shrink to, largest first, down to its minimum: spares go first, then the tasks of the
    /// group listed last, highest number first.
    /// </summary>
    public static IEnumerable<Assignment> Shrinks(JobSpec spec, Assignment assignment)
    {
        var surplus = Surplus(spec, assignment);
        var step = (surplus.Count + MostSteps - 1) / MostSteps;
        for (var given = step; step > 0 && given - step < surplus.Count; given += step)
        {
            var gone = surplus.Take(Math.Min(given, surplus.Count)).ToHashSet();
            yield return assignment with { Tasks = assignment.Tasks.Where(task => !gone.Contains((task.Group, task.Task))).ToValueList() };
        }
    }

    /// <summary>Tasks that a running job could take on, the most wanted first; a spare comes after every task.</summary>
    public static IReadOnlyList<(int Group, int Task)> Missing(JobSpec spec, Assignment assignment)
    {
        var held = assignment.Tasks.Select(task => (task.Group, task.Task)).ToHashSet();
        var missing = new List<(int Group, int Task)>();
        for (var spare = 0; spare < 2; spare++)
        {
            for (var group = 0; group < spec.Groups.Count; group++)
            {
                var facts = spec.Groups[group];
                var (first, end) = spare == 0 ? (0, facts.Count) : (facts.Count, facts.Count + facts.Spares);
                for (var task = first; task < end; task++)
                {
                    if (!held.Contains((group, task)))
                        missing.Add((group, task));
                }
            }
        }
        return missing;
    }

    private static List<(int Group, int Task)> Surplus(JobSpec spec, Assignment assignment)
    {
        var surplus = new List<(int Group, int Task)>();
        foreach (var task in assignment.Tasks)
        {
            if (task.Task >= spec.Groups[task.Group].Count)
                surplus.Add((task.Group, task.Task));
        }
        for (var group = spec.Groups.Count - 1; group >= 0; group--)
        {
            var facts = spec.Groups[group];
            var running = assignment.Tasks.Where(task => task.Group == group && task.Task < facts.Count).Select(task => task.Task).ToList();
            for (var index = running.Count - 1; index >= facts.AtLeast; index--)
                surplus.Add((group, running[index]));
        }
        return surplus;
    }
}
