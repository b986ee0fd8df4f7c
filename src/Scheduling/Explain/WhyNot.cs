using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>Answers "why not there?" about one rack.</summary>
public static class WhyNot
{
    /// <summary>Says why a job does not run in a rack, or what speaks for where it runs although it could run there.</summary>
    /// <param name="state">The hall; the job may hold something in it.</param>
    /// <param name="job">The job.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="rack">Index of the rack.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Any number.</param>
    public static string InRack(HallState state, JobId job, JobSpec spec, int rack, PlacementProfile profile, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(state);
        var name = state.Layout.Racks[rack].Id;
        if (JobRules.Check(state.Shape, spec) is { } wrong)
            return wrong.Explain();
        var without = state.Fork();
        var held = without.AssignmentOf(job);
        if (held is not null)
            without.Release(job);
        if (held?.Tasks.Any(task => state.Shape.Rack[task.Node] == rack) == true)
            return $"It runs there: {held.Tasks.Count(task => state.Shape.Rack[task.Node] == rack)} of its {held.Tasks.Count} tasks are on {name}.";
        // Everything outside the rack takes nothing new, so that only the rack can answer.
        var only = without.Fork();
        for (var node = 0; node < only.Shape.Rack.Length; node++)
        {
            if (only.Shape.Rack[node] != rack && only.ConditionOf(node) == NodeCondition.Ready)
                only.SetNodeCondition(node, NodeCondition.Cordoned);
        }
        var there = Placer.TryPlace(only, job, spec, profile, seed);
        if (there is null)
            return Short(without, spec, rack, name);
        return held is null
            ? $"It would fit on {name} now and is tried again at the next change."
            : $"It would fit on {name} too. Where it runs was preferred: {Scores(without, spec, held, profile)} against {Scores(without, spec, there.Assignment, profile)}.";
    }

    private static string Short(HallState state, JobSpec spec, int rack, RackId name)
    {
        var facts = state.Layout.Racks[rack];
        var parts = new List<string>();
        foreach (var task in TaskDemand.Of(state.Shape, spec))
        {
            task.Spread = state.Shape.SpreadIn(TopologyLevel.Rack, state.Shape.Domains[(int)TopologyLevel.Rack].OfNode[facts.FirstNode]);
            var (room, causes) = (0L, new SortedDictionary<ReasonCode, int>());
            for (var node = facts.FirstNode; node < facts.FirstNode + facts.NodeCount; node++)
            {
                room += Math.Min(task.Count, NodeRules.Room(NodeRules.All, state, node, task));
                if (Array.Find(NodeRules.All, rule => rule.Room(state, node, task) == 0) is { } rule)
                    causes[rule.Code] = causes.GetValueOrDefault(rule.Code) + 1;
            }
            var ruledOut = causes.Count == 0 ? "" : ": " + string.Join(", ", causes.Select(cause => $"{cause.Value} nodes ruled out by {cause.Key}"));
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"of group {spec.Groups[task.Group].Name} it holds {Math.Min(room, task.Count)} of {task.Count} tasks{ruledOut}"));
        }
        return $"{name} does not hold it alone ({facts.NodeCount} nodes): {string.Join("; ", parts)}.";
    }

    private static string Scores(HallState state, JobSpec spec, Assignment assignment, PlacementProfile profile)
    {
        var first = assignment.Tasks[0];
        var task = TaskDemand.Of(state.Shape, spec)[first.Group];
        var gpu = task.IsShare && first.Gpus.Count > 0 ? first.Gpus[0] : -1;
        var scores = profile.Preferences.Select(preference => $"{preference.Name} {preference.Score(state, first.Node, task, gpu, 0)}");
        return $"{state.Layout.Nodes[first.Node].Id} ({string.Join(", ", scores)})";
    }
}
