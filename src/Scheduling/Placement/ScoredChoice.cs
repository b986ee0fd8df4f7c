using ControlPlane.Scheduling.Preferences;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>Compares every node by one score; of equal scores the lowest rank wins. Scores are kept where they may be.</summary>
internal static class ScoredChoice
{
    public static NodeChoice Of(HallState state, TaskDemand task, PlacementProfile profile, ulong draw, DomainFilter filter)
    {
        var preference = profile.Preferences[0];
        var ranks = profile.NodeRanks.Items.AsSpan();
        var kept = preference.DependsOnNodeOnly ? state.Scores.Of(preference, task, state.Shape.Gpus.Length) : null;
        var (best, second) = (Scored.None, Scored.None);
        for (var node = 0; node < state.Shape.Gpus.Length; node++)
        {
            var score = kept is null ? Compute(state, node, task, preference, draw) : Refreshed(kept, state, node, task, preference);
            if (!score.Fits || score.Score < second.Score || !filter.Allows(node))
                continue;
            var candidate = new Scored(node, ranks.IsEmpty ? node : ranks[node], score.Score, score.Gpu);
            if (!candidate.Beats(second) || !NodeChoice.SharedRulesAllow(state, node, task))
                continue;
            if (candidate.Beats(best))
                (best, second) = (candidate, best);
            else
                second = candidate;
        }
        return new NodeChoice(Resolved(state, task, preference, draw, best), Resolved(state, task, preference, draw, second));
    }

    private static NodeScore Refreshed(NodeScore[] kept, HallState state, int node, TaskDemand task, Preference preference)
    {
        ref var score = ref kept[node];
        if (score.Version != state.Nodes.Version[node])
            score = Compute(state, node, task, preference, 0);
        return score;
    }

    private static NodeScore Compute(HallState state, int node, TaskDemand task, Preference preference, ulong draw)
    {
        var result = new NodeScore { Version = state.Nodes.Version[node], Gpu = -1 };
        if (NodeRules.Room(NodeRules.OfNode, state, node, task) == 0)
            return result;
        if (task.IsShare && preference.ChoosesGpu)
        {
            result.Gpu = GpuChoice.Preferred(state, node, task, preference, draw, sharedOnly: false, out result.Score);
        }
        else
        {
            result.Gpu = task.IsShare ? GpuChoice.Tightest(state, node, task, sharedOnly: false) : -1;
            result.Score = preference.Score(state, node, task, result.Gpu, draw);
        }
        result.Fits = true;
        return result;
    }

    // A kept choice of GPU knows nothing of power: where no further GPU may be woken, one in use is taken instead.
    private static Candidate Resolved(HallState state, TaskDemand task, Preference preference, ulong draw, Scored scored)
    {
        if (scored.Node < 0)
            return Candidate.None;
        var gpu = scored.Gpu;
        if (gpu >= 0 && state.FreeGpuMilli(scored.Node)[gpu] == 1000 && !GpuChoice.MayWakeGpu(state, scored.Node))
        {
            gpu = preference.ChoosesGpu
                ? GpuChoice.Preferred(state, scored.Node, task, preference, draw, sharedOnly: true, out _)
                : GpuChoice.Tightest(state, scored.Node, task, sharedOnly: true);
        }
        return new Candidate(scored.Node, gpu, [scored.Score]);
    }

    private readonly record struct Scored(int Node, int Rank, long Score, int Gpu)
    {
        public static Scored None { get; } = new(-1, int.MaxValue, long.MinValue, -1);

        public bool Beats(Scored other) => Score > other.Score || (Score == other.Score && Rank < other.Rank);
    }
}
