using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>
/// Walks the index of free GPUs and compares a bounded number of fitting nodes of every model and bucket: nodes of one
/// bucket are alike in GPUs, so its first few stand for all and a decision does not grow dearer with the hall.
/// </summary>
internal static class BucketChoice
{
    public static NodeChoice Of(HallState state, TaskDemand task, PlacementProfile profile, ulong draw, DomainFilter filter)
    {
        var choice = NodeChoice.None;
        for (var model = -1; model < task.Allowed.Length - 1; model++)
        {
            if (!task.Allowed[model + 1])
                continue;
            for (var tenth = task.Milli / 100; task.IsShare && tenth < 10; tenth++)
                choice = InBucket(choice, state, task, profile, draw, filter, model, tenth, partial: true);
            for (var free = task.Gpus; free <= state.Shape.MostGpus; free++)
                choice = InBucket(choice, state, task, profile, draw, filter, model, free, partial: false);
            // A node without GPUs is the best home of a task without: nodes with GPUs are not even looked at.
            if (model < 0 && choice.Best.Exists)
                return choice;
        }
        return choice;
    }

    private static NodeChoice InBucket(
        NodeChoice choice, HallState state, TaskDemand task, PlacementProfile profile, ulong draw, DomainFilter filter,
        int model, int bucket, bool partial)
    {
        var left = profile.MostCandidates;
        for (var node = Next(state, task, model, bucket, 0, partial); node >= 0; node = Next(state, task, model, bucket, node + 1, partial))
        {
            if (!filter.Allows(node) || NodeRules.Room(NodeRules.All, state, node, task) == 0)
                continue;
            // A share meets a node twice, for its shared GPUs and for its idle ones; either meeting weighs both.
            if (choice.Best.Node != node && choice.RunnerUp.Node != node)
                choice = With(choice, state, task, profile, draw, node);
            if (--left == 0)
                break;
        }
        return choice;
    }

    private static int Next(HallState state, TaskDemand task, int model, int bucket, int from, bool partial) =>
        !partial ? state.Index.NextWhole(model, bucket, from)
        : task.IsInstance ? state.Index.NextInstance(model, bucket, from)
        : state.Index.NextPartial(model, bucket, from);

    // Later preferences only decide between places that the first finds equal, so most are not even asked.
    private static NodeChoice With(NodeChoice choice, HallState state, TaskDemand task, PlacementProfile profile, ulong draw, int node)
    {
        var (gpu, first) = (-1, 0L);
        var leading = profile.Preferences[0];
        if (task.IsShare)
        {
            gpu = GpuChoice.Preferred(state, node, task, leading, draw, !GpuChoice.MayWakeGpu(state, node), out first);
            if (gpu < 0)
                return choice;
        }
        else
        {
            first = leading.Score(state, node, task, gpu, draw);
        }
        if (choice.RunnerUp.Exists && first < choice.RunnerUp.Scores[0])
            return choice;
        var scores = new long[profile.Preferences.Length];
        scores[0] = first;
        for (var index = 1; index < scores.Length; index++)
            scores[index] = profile.Preferences[index].Score(state, node, task, gpu, draw);
        return choice.With(new Candidate(node, gpu, scores));
    }
}
