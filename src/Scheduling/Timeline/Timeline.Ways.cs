namespace ControlPlane.Scheduling;

/// <summary>How reservations give way to what starts: at another place, at the same time.</summary>
public sealed partial class Timeline
{
    /// <summary>How many reservations may be given another place to let one job start: each costs a search.</summary>
    private const int MostMoved = 4;

    private bool Fits(Holding holding) => _plan.Fits(holding.Job, holding.Held, _plan.Now, holding.Until);

    private void Commit(Holding holding)
    {
        if (Fits(holding))
            _plan.Begin(holding);
        else if (!MakeWay(holding, commit: true))
            Displace(holding);
    }

    // Gives reservations that meet the new holding's nodes another place at the same time.
    private bool MakeWay(Holding holding, bool commit)
    {
        var moved = Meeting(holding);
        if (moved.Count is 0 or > MostMoved)
            return false;
        foreach (var one in moved)
            _plan.Plans(one.Holding, adds: false);
        var way = new List<Reservation>();
        var began = Fits(holding);
        if (began)
        {
            _plan.Begin(holding);
            foreach (var one in moved)
            {
                if (Elsewhere(one) is not { } other)
                    break;
                _plan.Plans(other.Holding, adds: true);
                way.Add(other);
            }
        }
        var all = way.Count == moved.Count;
        if (all && commit)
        {
            for (var index = 0; index < moved.Count; index++)
                _reservations[_reservations.IndexOf(moved[index])] = way[index];
            return true;
        }
        foreach (var one in way)
            _plan.Plans(one.Holding, adds: false);
        if (began)
            _plan.TakeBack(holding);
        foreach (var one in moved)
            _plan.Plans(one.Holding, adds: true);
        return all;
    }

    // What was decided elsewhere is so: reservations that cannot be held beside it are withdrawn.
    private void Displace(Holding holding)
    {
        var all = _reservations.ToList();
        _reservations.Clear();
        foreach (var one in all)
            _plan.Plans(one.Holding, adds: false);
        _plan.Begin(holding);
        foreach (var one in all)
        {
            if (Elsewhere(one) is { } other)
                Add(other);
        }
    }

    private List<Reservation> Meeting(Holding holding) => _reservations.FindAll(one =>
        one.Holding.From < holding.Until && Holding.Meet(one.Holding.Held.Assignment, holding.Held.Assignment));

    // The reservation where it is when it holds, else in another place at the same time, or null.
    private Reservation? Elsewhere(Reservation one)
    {
        var (at, until) = (one.Holding.From, one.Holding.Until);
        if (_plan.Fits(one.Holding.Job, one.Holding.Held, at, until))
            return one;
        var spec = one.Holding.Held.Spec;
        return _plan.Place(one.Holding.Job, spec, at, until, one.Profile, one.Seed) is { } placed
            ? one with { Holding = _plan.HoldingOf(one.Holding.Job, spec, placed.Assignment, at, until) }
            : null;
    }
}
