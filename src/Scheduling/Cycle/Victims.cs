using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>A running job that may make room, and what that would cost.</summary>
/// <param name="Job">The job.</param>
/// <param name="Spec">What it asked for.</param>
/// <param name="Held">What it holds.</param>
/// <param name="Queue">Index of its queue, or -1.</param>
/// <param name="Facts">What is known of its run.</param>
/// <param name="LostMilliSeconds">Work lost by an eviction now: thousandths of a GPU times seconds.</param>
internal sealed record Victim(JobId Job, JobSpec Spec, Assignment Held, int Queue, RunFacts Facts, double LostMilliSeconds);

/// <summary>One thing a victim can do: give some tasks up (<paramref name="After"/> is what it keeps) or all (null).</summary>
/// <param name="Victim">The job.</param>
/// <param name="After">What it holds afterwards, or null when it is evicted.</param>
/// <param name="FreedMilli">What this alone frees, beyond the job's units before it, in thousandths of a GPU.</param>
internal sealed record VictimUnit(Victim Victim, Assignment? After, long FreedMilli)
{
    /// <summary>The least with which the job would come back: its minimum when it is evicted, one task when it shrinks.</summary>
    public long LeastBackMilli { get; } = After is null
        ? Victim.Spec.LeastMilliGpus
        : Victim.Spec.Groups.Where(group => group.MilliGpusPerTask > 0).Select(group => group.MilliGpusPerTask).DefaultIfEmpty(0).Min();
}

/// <summary>The running jobs that may make room for others, cheapest first, collected once for a pass.</summary>
internal sealed class Victims
{
    private readonly HallState _state;
    private readonly List<VictimUnit> _units = [];

    /// <summary>Collects them.</summary>
    /// <param name="state">The hall.</param>
    /// <param name="runs">What is known of each job's run; one that is unknown counts as just started.</param>
    /// <param name="now">The time.</param>
    public Victims(HallState state, Func<JobId, RunFacts?> runs, DateTimeOffset now)
    {
        _state = state;
        foreach (var (job, held) in state.Held)
        {
            if (!held.Spec.Preemptible)
                continue;
            var facts = runs(job) ?? new RunFacts(now, null, long.MaxValue);
            if (now - facts.StartedAt < held.Spec.MinimumRuntime)
                continue;
            var lost = facts.LostAt(now).TotalSeconds * held.Assignment.MilliGpus;
            AddUnits(new Victim(job, held.Spec, held.Assignment, held.Queue, facts, lost));
        }
        _units.Sort(Cheaper);
    }

    /// <summary>The units whose jobs still are as they were when collected, cheapest first: shrinking before evicting.</summary>
    public IEnumerable<VictimUnit> Units => _units.Where(unit => ReferenceEquals(_state.AssignmentOf(unit.Victim.Job), unit.Victim.Held));

    private void AddUnits(Victim victim)
    {
        var held = victim.Held.MilliGpus;
        if (victim.Spec.IsSizable)
        {
            foreach (var after in ElasticSize.Shrinks(victim.Spec, victim.Held))
            {
                _units.Add(new VictimUnit(victim, after, held - after.MilliGpus));
                held = after.MilliGpus;
            }
        }
        _units.Add(new VictimUnit(victim, null, held));
    }

    private static int Cheaper(VictimUnit one, VictimUnit other)
    {
        var order = (one.After is null).CompareTo(other.After is null);
        if (order == 0)
            order = one.Victim.Spec.Priority.CompareTo(other.Victim.Spec.Priority);
        if (order == 0 && one.After is null)
            order = one.Victim.LostMilliSeconds.CompareTo(other.Victim.LostMilliSeconds);
        if (order == 0)
            order = one.Victim.Held.MilliGpus.CompareTo(other.Victim.Held.MilliGpus);
        if (order == 0)
            order = other.Victim.Facts.StartedAt.CompareTo(one.Victim.Facts.StartedAt);
        if (order == 0)
            order = one.Victim.Held.Tasks[0].Node.CompareTo(other.Victim.Held.Tasks[0].Node);
        if (order == 0)
            order = string.CompareOrdinal(one.Victim.Job.Value, other.Victim.Job.Value);
        // Units of one job stay in the order in which it shrinks.
        return order != 0 ? order : (other.After?.Tasks.Count ?? 0).CompareTo(one.After?.Tasks.Count ?? 0);
    }
}
