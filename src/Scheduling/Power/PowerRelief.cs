using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>
/// Which running jobs go to a lower power limit so that a feed comes down to what was asked of it, and which may have
/// more again. Only limits that a job accepts are given to it: whoever lists none is left alone.
/// </summary>
public static class PowerRelief
{
    /// <summary>
    /// The limits that bring domains down to what is asked, as far as accepted limits suffice: lower priority first; of
    /// equals whoever gives up least first, so that all step down together; of those the youngest first.
    /// </summary>
    /// <param name="state">The hall.</param>
    /// <param name="asked">What may be committed in a domain, by its index.</param>
    /// <param name="ordered">The limit that a job has been told already, in percent; its committed one when nothing is under way.</param>
    /// <param name="age">Its place in the order of submission.</param>
    /// <param name="mostPriority">Jobs of higher priority are left alone.</param>
    public static ValueList<JobPercent> Lower(
        HallState state, IReadOnlyDictionary<int, Watts> asked, Func<JobId, int> ordered, Func<JobId, long> age, int mostPriority = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(asked);
        ArgumentNullException.ThrowIfNull(ordered);
        ArgumentNullException.ThrowIfNull(age);
        var over = Excess(state, asked, ordered);
        var given = new Dictionary<JobId, int>();
        var queue = new PriorityQueue<JobId, (int Priority, int Next, long Age, string Name)>();
        if (over.Count > 0)
        {
            foreach (var (job, held) in state.Held)
                Enqueue(job, held, ordered(job));
        }
        while (over.Count > 0 && queue.TryDequeue(out var job, out var key))
        {
            var held = state.HeldBy(job)!;
            var (from, to) = (given.TryGetValue(job, out var percent) ? percent : ordered(job), -key.Next);
            var frees = Draw(state, held, from, to);
            if (!frees.Keys.Any(over.ContainsKey))
                continue; // Excess only shrinks: it will not help later either.
            given[job] = to;
            foreach (var (domain, milliwatts) in frees)
            {
                if (over.TryGetValue(domain, out var left) && (over[domain] = left - milliwatts) <= 0)
                    over.Remove(domain);
            }
            Enqueue(job, held, to);
        }
        return given.OrderBy(one => one.Key.Value, StringComparer.Ordinal).Select(one => new JobPercent(one.Key, one.Value)).ToValueList();

        void Enqueue(JobId job, HeldJob held, int from)
        {
            if (held.Spec.Priority <= mostPriority && PowerLadder.NextBelow(state, held, from) is { } next)
                queue.Enqueue(job, (held.Spec.Priority, -next, -age(job), job.Value));
        }
    }

    /// <summary>
    /// The limits that jobs below their best may have again, within every limit in force: one step each, higher priority
    /// first, of equals whoever is lowest first; together no more than the ramp allows.
    /// </summary>
    /// <param name="state">The hall.</param>
    /// <param name="isSettled">False for a job whose limit is being changed.</param>
    /// <param name="age">Its place in the order of submission.</param>
    /// <param name="most">What all of it may add at most.</param>
    /// <param name="alone">True for a single step.</param>
    public static ValueList<JobPercent> Raise(HallState state, Func<JobId, bool> isSettled, Func<JobId, long> age, Watts most, bool alone = false)
    {
        ArgumentNullException.ThrowIfNull(state);
        var below = state.Held.Where(one => PowerLadder.NextAbove(state, one.Value) is not null && isSettled(one.Key))
            .OrderByDescending(one => one.Value.Spec.Priority).ThenBy(one => one.Value.Assignment.PowerPercent)
            .ThenBy(one => age(one.Key)).ThenBy(one => one.Key.Value, StringComparer.Ordinal).ToList();
        var raised = new List<JobPercent>();
        var (trial, left) = (below.Count > 0 ? state.Fork() : state, most.Milliwatts);
        foreach (var (job, held) in below)
        {
            var next = PowerLadder.NextAbove(state, held)!.Value;
            var adds = held.Assignment.Tasks.Sum(task => Lease(state, task, next) - Lease(state, task, held.Assignment.PowerPercent));
            if (adds > left)
                continue;
            if (alone && raised.Count > 0)
                break;
            trial.Release(job);
            if (trial.TryAssignAgain(job, held.Spec, held.Assignment with { PowerPercent = next }, held.Assignment))
            {
                raised.Add(new JobPercent(job, next));
                left -= adds;
            }
            else
            {
                trial.Restore(job, held.Spec, held.Assignment);
            }
        }
        return raised.ToValueList();
    }

    // What domains would carry too much once everything that is under way is done, in milliwatts.
    private static Dictionary<int, long> Excess(HallState state, IReadOnlyDictionary<int, Watts> asked, Func<JobId, int> ordered)
    {
        var over = asked.ToDictionary(one => one.Key, one => state.Power.Committed[one.Key] - one.Value.Milliwatts);
        foreach (var (job, held) in state.Held.Where(one => ordered(one.Key) < one.Value.Assignment.PowerPercent))
        {
            foreach (var (domain, milliwatts) in Draw(state, held, held.Assignment.PowerPercent, ordered(job)))
            {
                if (over.TryGetValue(domain, out var excess))
                    over[domain] = excess - milliwatts;
            }
        }
        return over.Where(one => one.Value > 0).ToDictionary();
    }

    // What every domain above the job carries less once its limit goes from one to the other.
    private static Dictionary<int, long> Draw(HallState state, HeldJob held, int from, int to)
    {
        var frees = new Dictionary<int, long>();
        foreach (var task in held.Assignment.Tasks)
        {
            var less = Lease(state, task, from) - Lease(state, task, to);
            if (less <= 0)
                continue;
            foreach (var domain in state.Shape.PowerPath[state.Shape.Rack[task.Node]])
                frees[domain] = frees.GetValueOrDefault(domain) + less;
        }
        return frees;
    }

    private static long Lease(HallState state, TaskPlacement task, int percent) =>
        task.Gpus.Count == 0 ? 0 : state.Shape.LeaseOf(state.Shape.Model[task.Node], percent) * task.Gpus.Count;
}
