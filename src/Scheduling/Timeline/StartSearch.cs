using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>
/// Looks for the earliest instant at which a job fits for its whole duration. Only an end can make room, so only ends are
/// tried. As long as no further planned start enters the interval, a later one is never worse: such stretches are
/// decided by their last instant and then halved, so that a search costs places in proportion to the planned starts
/// and the logarithm of the ends.
/// </summary>
internal sealed class StartSearch(Plan plan)
{
    private readonly Walker _ahead = new(plan.Base.Fork(), plan.Line);
    private readonly HallState _worst = plan.Base.Fork();
    private Walker _low = new(plan.Base.Fork(), plan.Line);
    private Walker _probe = new(plan.Base.Fork(), plan.Line);

    /// <summary>The earliest start and place, or null when there is none.</summary>
    /// <param name="job">The job.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="length">How long it runs, in ticks; <see cref="long.MaxValue"/> for ever.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="before">Only starts before this instant are looked for.</param>
    public (long At, Placed Placed)? Earliest(JobId job, JobSpec spec, long length, PlacementProfile profile, ulong seed, long before)
    {
        var instants = Instants(before);
        var room = new RoomBound(plan, spec.LeastMilliGpus);
        _low.Begin(plan.Base);
        for (var first = 0; first < instants.Count;)
        {
            var entered = Entered(End(instants[first], length));
            var last = first;
            while (last + 1 < instants.Count && Entered(End(instants[last + 1], length)) == entered)
                last++;
            if (Try(last) is { } placed)
                return Halve(first, last, placed);
            first = last + 1;
        }
        return null;

        (long At, Placed Placed) Halve(int low, int high, Placed best)
        {
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Try(middle) is { } earlier)
                    (high, best) = (middle, earlier);
                else
                    low = middle + 1;
            }
            return (instants[high], best);
        }

        Placed? Try(int index)
        {
            var (from, until) = (instants[index], End(instants[index], length));
            if (!room.Suffices(from, until))
                return null;
            _probe.CopyFrom(_low);
            _probe.To(from);
            var placed = PlaceFrom(job, spec, from, until, profile, seed);
            // Later questions of this search are about later instants only.
            if (placed is null)
                (_low, _probe) = (_probe, _low);
            return placed;
        }
    }

    /// <summary>The first instant after an interval that begins here.</summary>
    public static long End(long from, long length) => length > long.MaxValue - from ? long.MaxValue : from + Math.Max(1, length);

    private Placed? PlaceFrom(JobId job, JobSpec spec, long from, long until, PlacementProfile profile, ulong seed)
    {
        _worst.CopyFrom(_probe.State);
        if (plan.Line.StartsBefore(until) > plan.Line.StartsBefore(from + 1))
        {
            _ahead.CopyFrom(_probe);
            while (_ahead.ToNextStart(until) is { } begun)
                WorstCase.Fold(_worst, _ahead.State, begun);
        }
        return plan.PlaceIn(_worst, job, spec, from, until, profile, seed);
    }

    private int Entered(long until) =>
        plan.Line.StartsBefore(until) + plan.Windows.Count(window => window.From.UtcTicks < until);

    private List<long> Instants(long before)
    {
        var instants = new SortedSet<long> { plan.Now };
        for (var index = 0; index < plan.Line.Count; index++)
        {
            if (!plan.Line[index].Starts)
                instants.Add(plan.Line[index].At);
        }
        instants.UnionWith(plan.Windows.Select(window => window.Until.UtcTicks).Where(until => until > plan.Now));
        return [.. instants.TakeWhile(at => at < before)];
    }
}
