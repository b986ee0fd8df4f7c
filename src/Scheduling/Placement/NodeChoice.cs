using System.Runtime.InteropServices;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>The best node for one task and, for the explanation, the best that was not chosen.</summary>
internal readonly record struct NodeChoice(Candidate Best, Candidate RunnerUp)
{
    public static NodeChoice None { get; } = new(Candidate.None, Candidate.None);

    /// <summary>Chooses among the nodes of a domain, or of the whole hall.</summary>
    public static NodeChoice For(HallState state, TaskDemand task, PlacementProfile profile, ulong draw, DomainFilter filter) =>
        profile.IsExhaustive
            ? ScoredChoice.Of(state, task, profile, draw, filter)
            : BucketChoice.Of(state, task, profile, draw, filter);

    /// <summary>The choice after one more candidate.</summary>
    public NodeChoice With(Candidate candidate)
    {
        if (candidate.Beats(Best))
            return new NodeChoice(candidate, Best);
        return candidate.Beats(RunnerUp) ? this with { RunnerUp = candidate } : this;
    }

    /// <summary>The decision for an assignment whose first task was chosen so.</summary>
    public Placed ToPlaced(HallLayout layout, PlacementProfile profile, Assignment assignment)
    {
        List<int> racks = [.. assignment.Tasks.Select(task => layout.Nodes[task.Node].Rack).Distinct()];
        return new Placed(
            assignment, Notes(layout, Best, profile), Notes(layout, RunnerUp, profile),
            racks.Take(Placed.MostRacks).Select(rack => layout.Racks[rack].Id).ToValueList(),
            Math.Max(0, racks.Count - Placed.MostRacks));
    }

    private static ValueList<ScoreNote> Notes(HallLayout layout, Candidate candidate, PlacementProfile profile)
    {
        if (!candidate.Exists)
            return [];
        var notes = new ScoreNote[candidate.Scores.Length];
        for (var index = 0; index < notes.Length; index++)
            notes[index] = new ScoreNote(profile.Preferences[index].Name, layout.Nodes[candidate.Node].Id, candidate.Scores[index]);
        return new ValueList<ScoreNote>(ImmutableCollectionsMarshal.AsImmutableArray(notes));
    }

    /// <summary>True when the rules about shared things allow one such task on the node.</summary>
    public static bool SharedRulesAllow(HallState state, int node, TaskDemand task) =>
        NodeRules.Room(NodeRules.Shared, state, node, task) > 0;
}
