using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Planning.Capacity;

/// <summary>Planned work as the product's placer places it in halls, every replica and training node as a job of its own.</summary>
/// <param name="Counts">Jobs by need, type and hall.</param>
/// <param name="Jobs">All of them.</param>
/// <param name="Problems">What found no place, and what <see cref="PlanCheck"/> objects to.</param>
internal sealed record PlacedWork(int[][][] Counts, int Jobs, IReadOnlyList<string> Problems)
{
    /// <summary>Places it.</summary>
    /// <param name="question">The question.</param>
    /// <param name="halls">The halls, which it changes.</param>
    /// <param name="uses">Units by need and type.</param>
    /// <param name="percent">The power limit of all of it, in percent of the default.</param>
    public static PlacedWork Place(CapacityQuestion question, List<HallState> halls, long[][] uses, int percent = 100)
    {
        var counts = question.Needs.Select(_ => question.Types.Select(_ => new int[halls.Count]).ToArray()).ToArray();
        var (jobs, problems) = (0, new List<string>());
        var all = question.Types.Select(type => halls.Select(hall => NodesOf(hall, type)).ToArray()).ToArray();
        var used = all.Select(nodes => new int[nodes.Length]).ToArray();
        // Work that takes whole racks goes first: what takes single nodes would break racks up.
        foreach (var (need, type) in Pairs(question).OrderByDescending(pair => question.Needs[pair.Need].Ways[pair.Type]!.NodesPerUnit))
        {
            var way = question.Needs[need].Ways[type]!;
            var (count, spec) = (uses[need][type] * JobsPerUnit(way), Job(question.Types[type], way, question.Needs[need].IsTraining) with { PowerPercents = [percent] });
            var open = Enumerable.Range(0, halls.Count).ToList();
            for (var number = 0; number < count; number++)
            {
                var job = new JobId(string.Create(CultureInfo.InvariantCulture, $"need{need}-type{type}-{percent}-{number}"));
                // The hall that has most left of its own: so that every hall keeps its part of what is free.
                var hall = -1;
                while (open.Count > 0 && !Place(halls[hall = open.MinBy(one => used[type][one] / (double)Math.Max(1, all[type][one]))], job, spec, problems))
                    open.Remove(hall);
                if (open.Count == 0)
                {
                    problems.Add($"{number} of {count} jobs of {question.Needs[need].Name} on {question.Types[type].Name} found a place");
                    break;
                }
                counts[need][type][hall]++;
                used[type][hall] += spec.Groups[0].Count * spec.Groups[0].Gpus / question.Types[type].GpusPerNode;
                jobs++;
            }
        }
        return new PlacedWork(counts, jobs, problems);
    }

    /// <summary>A replica that spans nodes is a gang in one rack; those within a node are one job with their equals there.</summary>
    public static int JobsPerUnit(Way way) => way.NodesPerUnit > 1 ? way.Replicas : 1;

    private static int NodesOf(HallState hall, PlannedType type) =>
        hall.Layout.Nodes.Where((node, index) => hall.Layout.Racks[node.Rack].Type == type.Name && hall.ConditionOf(index) == NodeCondition.Ready).Count();

    private static bool Place(HallState state, JobId job, JobSpec spec, List<string> found)
    {
        if (Placer.Place(state, job, spec, PlacementProfile.Factory, 1) is not Placed placed)
            return false;
        found.AddRange(PlanCheck.Verify(state, job, spec, placed.Assignment).Select(violation => violation.ToString()));
        state.Assign(job, spec, placed.Assignment);
        return true;
    }

    private static IEnumerable<(int Need, int Type)> Pairs(CapacityQuestion question) =>
        from need in Enumerable.Range(0, question.Needs.Count)
        from type in Enumerable.Range(0, question.Types.Count)
        where question.Needs[need].Ways[type] is not null
        select (need, type);

    private static JobSpec Job(PlannedType type, Way way, bool training)
    {
        var spans = way.NodesPerUnit > 1;
        var group = new TaskGroup(
            "replica", spans ? way.GpusPerReplica / type.GpusPerNode : way.Replicas, spans ? type.GpusPerNode : way.GpusPerReplica, 0,
            [type.Gpu], 0, Gibibytes.Zero, GigabitsPerSecond.Zero);
        return new JobSpec(
            new QueueId("default"), 100, [group], new TopologyRequest(spans ? TopologyLevel.Rack : TopologyLevel.Node, null),
            new SimulatedWork(training ? "training" : "decode", TimeSpan.FromHours(1), 0, 1), null, null);
    }
}
