using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>Lets running jobs take on tasks and spares that they lack, the queue that holds least for its part first.</summary>
internal sealed class Growth
{
    private readonly HallState _state;
    private readonly FairShares? _shares;
    private readonly RoomFinder _finder;
    private readonly CycleOptions _options;
    private readonly BackfillPass? _backfill;
    private readonly List<JobId> _jobs;
    private int _searches;

    public Growth(HallState state, FairShares? shares, RoomFinder finder, CycleOptions options, BackfillPass? backfill)
    {
        (_state, _shares, _finder, _options, _backfill) = (state, shares, finder, options, backfill);
        _jobs = [.. state.Sizable
            .Where(held => ElasticSize.Missing(held.Value.Spec, held.Value.Assignment).Count > 0)
            .OrderByDescending(held => held.Value.Spec.Priority)
            .ThenBy(held => options.Runs(held.Key)?.Sequence ?? long.MaxValue)
            .ThenBy(held => held.Key.Value, StringComparer.Ordinal)
            .Select(held => held.Key)];
    }

    public CycleStep? Next()
    {
        while (_jobs.Count > 0)
        {
            var job = _shares is null ? _jobs[0] : _jobs.MinBy(Part);
            var step = _state.Contains(job) ? Grow(job) : null;
            // A job that grew stays in line: others of its rank may have their turn first.
            if (step is null)
                _jobs.Remove(job);
            else
                return step;
        }
        return null;
    }

    private double Part(JobId job)
    {
        var queue = _state.Contains(job) ? _state.QueueOf(_state.SpecOf(job)!.Queue) : -1;
        return queue < 0 ? 0 : _shares!.Used(queue) / Math.Max(1, _shares.ShareOf(queue));
    }

    private CycleStep? Grow(JobId job)
    {
        var (spec, held) = (_state.SpecOf(job)!, _state.AssignmentOf(job)!);
        var missing = ElasticSize.Missing(spec, held);
        if (missing.Count == 0 || IsDamaged(held))
            return null;
        // As many as fit at once, in halves; with quotas one at a time, so that queues take turns.
        for (var count = Math.Min(_shares is null ? missing.Count : 1, Idle(spec, missing)); count > 0; count /= 2)
        {
            var some = missing.Take(count).ToList();
            if (Placer.Complete(_state, job, [.. held.Tasks], some, _options.Profile, _options.Seed) is { } larger
                && _backfill?.MayGrow(job, spec, held, larger) != false)
                return new CycleStep(StepKind.Grow, job, null, larger, [], []);
        }
        return Reclaim(job, spec, held, missing[0]);
    }

    private CycleStep? Reclaim(JobId job, JobSpec spec, Assignment held, (int Group, int Task) one)
    {
        if (_shares is null || _searches >= _options.MostSearches || one.Task >= spec.Groups[one.Group].Count)
            return null;
        var goal = new RoomGoal(job, spec, TaskDemand.Of(_state.Shape, spec.At(held.PowerPercent), [one]), [.. held.Tasks], [one]);
        return _finder.ForGrowth(goal, ref _searches) is { } step && _backfill?.Allows(step, spec) != false ? step : null;
    }

    // A bound by counting, so that a full hall costs nothing: no more of the missing tasks than idle GPUs bear.
    private int Idle(JobSpec spec, IReadOnlyList<(int Group, int Task)> missing)
    {
        var (free, count) = (_state.FreeGpus, 0);
        while (count < missing.Count && spec.Groups[missing[count].Group] is { GpuMilli: 0 } group && group.Gpus <= free)
        {
            free -= group.Gpus;
            count++;
        }
        // Shares may fit beside others: they are not counted but tried.
        return count < missing.Count && spec.Groups[missing[count].Group].GpuMilli > 0 ? missing.Count : count;
    }

    private bool IsDamaged(Assignment held) => held.Tasks.Any(task =>
        _state.Nodes.Condition[task.Node] is NodeCondition.Failed || task.Gpus.Any(gpu => _state.IsGpuFailed(task.Node, gpu)));
}
