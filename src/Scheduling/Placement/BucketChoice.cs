using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>
/// Walks the index of free GPUs from the tightest bucket that can hold the task and compares a bounded number of fitting
/// nodes: the first bucket with any decides, since its nodes leave least over.
/// </summary>
internal static class BucketChoice
{
    public static NodeChoice Of(HallState state, TaskDemand task, PlacementProfile profile, ulong draw, DomainFilter filter)
    {
        if (task.IsShare)
        {
            for (var tenth = task.Milli / 100; tenth < 10; tenth++)
            {
                var shared = InBucket(state, task, profile, draw, filter, tenth, partial: true);
                if (shared.Best.Exists)
                    return shared;
            }
        }
        var least = task.NeedsGpu ? Math.Max(1, task.Gpus) : 0;
        for (var free = least; free <= state.Shape.MostGpus; free++)
        {
            var choice = InBucket(state, task, profile, draw, filter, free, partial: false);
            if (choice.Best.Exists)
                return choice;
        }
        return NodeChoice.None;
    }

    private static NodeChoice InBucket(
        HallState state, TaskDemand task, PlacementProfile profile, ulong draw, DomainFilter filter, int bucket, bool partial)
    {
        var choice = NodeChoice.None;
        var left = profile.MostCandidates;
        for (var model = -1; model < task.Allowed.Length - 1; model++)
        {
            if (!task.Allowed[model + 1])
                continue;
            var node = Next(state, model, bucket, 0, partial);
            for (; node >= 0 && left > 0; node = Next(state, model, bucket, node + 1, partial))
            {
                if (!filter.Allows(node) || NodeRules.Room(NodeRules.All, state, node, task) == 0)
                    continue;
                var candidate = Scored(state, task, profile, draw, node);
                if (!candidate.Exists)
                    continue;
                choice = choice.With(candidate);
                left--;
            }
            // A node without GPUs is the best home of a task without: nodes with GPUs are not even looked at.
            if (model < 0 && choice.Best.Exists)
                return choice;
        }
        return choice;
    }

    private static int Next(HallState state, int model, int bucket, int from, bool partial) =>
        partial ? state.Index.NextPartial(model, bucket, from) : state.Index.NextWhole(model, bucket, from);

    private static Candidate Scored(HallState state, TaskDemand task, PlacementProfile profile, ulong draw, int node)
    {
        var gpu = task.IsShare
            ? GpuChoice.Tightest(state, node, task.Milli, !GpuChoice.MayWakeGpu(state, node))
            : -1;
        if (task.IsShare && gpu < 0)
            return Candidate.None;
        var scores = new long[profile.Preferences.Length];
        for (var index = 0; index < scores.Length; index++)
            scores[index] = profile.Preferences[index].Score(state, node, task, gpu, draw);
        return new Candidate(node, gpu, scores);
    }
}
