using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>One scheduling cycle of a hall, resumable between turns; every step becomes a ledger entry.</summary>
internal sealed class HallPass
{
    private readonly HallBook _book;
    private readonly HallDecisions _decisions;
    private readonly HallState _state;
    private readonly SchedulingCycle _cycle;
    private readonly PassFacts _facts;
    private readonly bool _plans;

    /// <summary>Begins a cycle.</summary>
    /// <param name="book">The hall; it has a layout.</param>
    /// <param name="decisions">Makes the entries.</param>
    /// <param name="facts">What it is given.</param>
    public HallPass(HallBook book, HallDecisions decisions, PassFacts facts)
    {
        (_book, _decisions, _state, _facts) = (book, decisions, book.State!, facts);
        var options = decisions.Options(facts);
        _plans = BackfillPass.Applies(options);
        _cycle = new SchedulingCycle(_state, book.Line, options);
    }

    /// <summary>The starts that the cycle reserved, for the next one.</summary>
    public IReadOnlyList<PlannedStart> Reservations => _cycle.Reservations;

    /// <summary>Looks at up to <paramref name="count"/> jobs; false once the cycle is over.</summary>
    public bool Try(int count)
    {
        while (count > 0)
        {
            // A new layout makes a new state; what this cycle knows is of the old one.
            if (!ReferenceEquals(_state, _book.State))
                return false;
            if (_cycle.Next(ref count) is { } step)
                Take(step);
            else if (_cycle.IsOver)
                return false;
        }
        return true;
    }

    private void Take(CycleStep step)
    {
        // With reservations or windows a place depends on more than the hall: the entry then says what the pass was given.
        if (!_plans && step.Kind == StepKind.Place && step.Decision is { } placed && _book.Jobs.TryGetValue(step.Job, out var job) && job.Phase == JobPhase.Waiting)
            _decisions.PlaceWaiting(job, placed, _cycle.Seed);
        else
            _decisions.Take(step, _cycle.Seed, _facts);
    }
}
