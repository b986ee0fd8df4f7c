using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>
/// What runs and what is planned, and whether something more fits for a whole interval: it is compared with the worst
/// case of all instants of it. Nothing but a planned start makes a hall fuller, so those instants are the interval's
/// first and the starts inside it. The worst cases from now on are kept, since every later job asks for one.
/// </summary>
internal sealed class Plan
{
    /// <summary>How many worst cases are kept: each is a copy of the hall.</summary>
    private const int MostKept = 8;

    private readonly SortedDictionary<int, HallState> _kept = [];
    private readonly Stack<HallState> _idle = new();
    private readonly IReadOnlyList<NodeWindow> _windows;
    private readonly Walker _walker;
    private readonly HallState _worst;
    private int _order;

    public Plan(HallState state, long now, IEnumerable<(JobId Job, HeldJob Held, long Until)> running, IReadOnlyList<NodeWindow> windows)
    {
        (Now, Base, _windows) = (now, state.Fork(), windows);
        Line.AddRunning(running.Select(one => new Holding(one.Job, one.Held, now, one.Until, _order++)));
        _worst = state.Fork();
        _walker = new Walker(state.Fork(), Line);
    }

    public long Now { get; }

    /// <summary>The hall now, with what was started since.</summary>
    public HallState Base { get; }

    public EventLine Line { get; } = new();

    public IReadOnlyList<NodeWindow> Windows => _windows;

    public Holding HoldingOf(JobId job, JobSpec spec, Assignment assignment, long from, long until) => new(
        job, new HeldJob(spec, assignment, Base.QueueOf(spec.Queue), LinkUses.Of(Base.Shape, spec, assignment)), from, until, _order++);

    public Holding HoldingOf(JobId job, HeldJob held, long from, long until) => new(job, held, from, until, _order++);

    /// <summary>Plans a holding that begins later, or takes it out of the plan.</summary>
    public void Plans(Holding holding, bool adds)
    {
        if (adds)
            Line.Add(holding, begun: false);
        else
            Line.Remove(holding, begun: false);
        // Worst cases that reach to before its start do not know it.
        Forget(Line.StartsBefore(holding.From));
    }

    /// <summary>Begins a holding now, which fits beside everything planned.</summary>
    public void Begin(Holding holding)
    {
        holding.AddTo(Base);
        Line.Add(holding, begun: true);
        // Whether a share adds to the draw differs from instant to instant: no worst case can be told of it.
        if (PlanFit.Shares(holding.Held))
        {
            Forget(0);
            return;
        }
        var covered = Line.StartsBefore(holding.Until);
        foreach (var (starts, worst) in _kept)
        {
            // Where it ends before the last start, only the instants until its end get fuller.
            if (starts <= covered)
            {
                holding.AddTo(worst);
            }
            else if (covered == 0 || _kept.ContainsKey(covered))
            {
                WorstCase.Fold(worst, covered == 0 ? Base : _kept[covered], holding.Held);
            }
            else
            {
                Forget(starts - 1);
                break;
            }
        }
    }

    /// <summary>Undoes <see cref="Begin"/>.</summary>
    public void TakeBack(Holding holding)
    {
        holding.RemoveFrom(Base);
        Line.Remove(holding, begun: true);
        Forget(0);
    }

    /// <summary>True when the assignment fits for the whole interval beside all that is planned.</summary>
    public bool Fits(JobId job, HeldJob held, long from, long until)
    {
        foreach (var window in _windows)
        {
            if (window.Bars(Base.Shape, job, held.Spec.Queue, from, until) && held.Assignment.Tasks.Any(task => window.Nodes.Contains(task.Node)))
                return false;
        }
        return PlanFit.Shares(held)
            ? FitsThroughout(held, from, until)
            : PlanFit.Fits(from == Now ? FromNow(until) : Worst(from, until), held);
    }

    /// <summary>A place in which the job fits for the whole interval, or null.</summary>
    public Placed? Place(JobId job, JobSpec spec, long from, long until, PlacementProfile profile, ulong seed) =>
        // Without windows the worst case is only read.
        PlaceIn(from == Now && _windows.Count == 0 ? FromNow(until) : Worst(from, until), job, spec, from, until, profile, seed);

    /// <summary>As <see cref="Place"/>, in a worst case of the interval that may be changed.</summary>
    public Placed? PlaceIn(HallState worst, JobId job, JobSpec spec, long from, long until, PlacementProfile profile, ulong seed)
    {
        if (JobRules.Check(Base.Shape, spec) is not null)
            return null;
        foreach (var window in _windows)
        {
            if (!window.Bars(Base.Shape, job, spec.Queue, from, until))
                continue;
            foreach (var node in window.Nodes)
            {
                if (worst.ConditionOf(node) == NodeCondition.Ready)
                    worst.SetNodeCondition(node, NodeCondition.Draining);
            }
        }
        if (Placer.TryPlace(worst, job, spec, profile, seed) is not { } placed)
            return null;
        var held = new HeldJob(spec, placed.Assignment, Base.QueueOf(spec.Queue), LinkUses.Of(Base.Shape, spec, placed.Assignment));
        return !PlanFit.Shares(held) || FitsThroughout(held, from, until) ? placed : null;
    }

    /// <summary>The worst case of an interval, in a copy that holds until the next question.</summary>
    public HallState Worst(long from, long until)
    {
        if (from == Now)
        {
            _worst.CopyFrom(FromNow(until));
            return _worst;
        }
        Reckon(_worst, from, until);
        return _worst;
    }

    // The worst case from now on; not to be changed.
    private HallState FromNow(long until)
    {
        var starts = Line.StartsBefore(until);
        if (starts == 0)
            return Base;
        if (_kept.TryGetValue(starts, out var kept))
            return kept;
        if (_kept.Count == MostKept)
            Forget(0);
        var made = _idle.TryPop(out var idle) ? idle : Base.Fork();
        Reckon(made, Now, until);
        _kept.Add(starts, made);
        return made;
    }

    private void Reckon(HallState worst, long from, long until)
    {
        _walker.Begin(Base);
        _walker.To(from);
        worst.CopyFrom(_walker.State);
        while (_walker.ToNextStart(until) is { } begun)
            WorstCase.Fold(worst, _walker.State, begun);
    }

    // A GPU draws power while anybody shares it, so that the worst case of each alone says too little: every instant is looked at.
    private bool FitsThroughout(HeldJob held, long from, long until)
    {
        if (from == Now && Line.StartsBefore(until) == 0)
            return PlanFit.Fits(Base, held);
        _walker.Begin(Base);
        _walker.To(from);
        do
        {
            if (!PlanFit.Fits(_walker.State, held))
                return false;
        }
        while (_walker.ToNextStart(until) is not null);
        return true;
    }

    // Drops the worst cases that take account of more than so many starts.
    private void Forget(int starts)
    {
        foreach (var number in _kept.Keys.Where(number => number > starts).ToList())
        {
            _kept.Remove(number, out var state);
            _idle.Push(state!);
        }
    }
}
