using ControlPlane.Domain;
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

    /// <summary>The scores as notes.</summary>
    public static ValueList<ScoreNote> Notes(Candidate candidate, PlacementProfile profile)
    {
        if (!candidate.Exists)
            return [];
        var notes = new ScoreNote[candidate.Scores.Length];
        for (var index = 0; index < notes.Length; index++)
            notes[index] = new ScoreNote(profile.Preferences[index].Name, candidate.Node, candidate.Scores[index]);
        return new ValueList<ScoreNote>(System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(notes));
    }

    /// <summary>True when the rules about shared things allow one such task on the node.</summary>
    public static bool SharedRulesAllow(HallState state, int node, TaskDemand task) =>
        NodeRules.Room(NodeRules.Shared, state, node, task) > 0;
}
