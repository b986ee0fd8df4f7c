using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;

namespace ControlPlane.Simulation.Twin;

/// <summary>
/// The product's controller, in the virtual hall: caps are armed on the nodes beforehand and fired by one signal; steering then finds the caps
/// that cost least and keep every class's floor; below the floors the most flexible job is paused, its work saved. Caps rise
/// only once all that fell are confirmed, and no faster than the ramp.
/// </summary>
public sealed class Ladder(LadderOptions options) : ITwinController
{
    private readonly Dictionary<TwinPart, double> _demand = [];
    private readonly HashSet<int> _constrained = [];
    private readonly List<TwinPart> _fired = [];
    private readonly Relocation _relocation = new(options);
    private List<TwinPart> _order = [];
    private IReadOnlyList<TwinPart> _roundOf = [];
    private CapRound? _round;
    private TimeSpan? _shortSince;

    /// <inheritdoc/>
    public string Name => "factory";

    /// <inheritdoc/>
    public TimeSpan Period => options.Period;

    /// <inheritdoc/>
    public void Signal(TwinSignal signal, int index, TwinControls controls)
    {
        ArgumentNullException.ThrowIfNull(controls);
        var hall = controls.Hall;
        if (signal == TwinSignal.FeedLost)
        {
            var parts = hall.Parts.Where(part => hall.IsBelow(part.Rack, index)).ToList();
            controls.Fire(parts, $"a feed of {hall.Domains[index].Name} is lost");
            _fired.AddRange(parts.Except(_fired));
            _constrained.Add(index);
        }
        if (signal == TwinSignal.NearLimit && options.GuardsLimits && _fired.Count == 0)
        {
            _fired.AddRange(hall.Parts.Where(part => hall.IsBelow(part.Rack, index)));
            controls.Fire([.. _fired], $"{hall.Domains[index].Name} is near its limit");
            _constrained.Add(index);
        }
        if (signal == TwinSignal.JobArrived)
            TwinPlacer.Place(controls, hall.Jobs[index]);
        _relocation.Signal(signal, index, controls);
    }

    /// <inheritdoc/>
    public void Step(TwinReadings readings, TwinControls controls)
    {
        ArgumentNullException.ThrowIfNull(readings);
        ArgumentNullException.ThrowIfNull(controls);
        var hall = controls.Hall;
        Learn(readings);
        _relocation.Rehome(readings, controls);
        _order = [.. hall.Parts.Where(part => part.Job.State == TwinJobState.Running && hall.IsFed(part.Rack) && readings.Draws.ContainsKey(part))];
        if (_order.Count == 0)
            return;
        var loads = _order.Select(LoadOf).ToList();
        var envelopes = Constrain(readings, hall, loads);
        if (options.InletLimit is { } limit)
            envelopes.AddRange(InletEnvelopes.Of(hall, _order, readings, limit.Value - options.InletMargin));
        var plan = CapPlanner.Plan(loads, envelopes, options.Order);
        Steer(plan, readings, controls);
        Climb(plan, controls);
        if (options.InletLimit is not null)
            _relocation.Cool(plan, _order, controls);
        Arm(controls, loads);
    }

    // A GPU that draws all it may shows nothing of what it would draw: the last that was seen, or what its work is known for.
    private void Learn(TwinReadings readings)
    {
        foreach (var (part, draw) in readings.Draws)
        {
            var isBound = draw >= 0.97 * Math.Min(readings.Caps[part].Value, part.IsFailsafeOn ? part.Failsafe.Value : double.MaxValue);
            if (!isBound && part.Job.State == TwinJobState.Running)
                _demand[part] = draw;
            else if (!_demand.ContainsKey(part))
                _demand[part] = part.Job.Curve.UncappedDraw.Value;
        }
    }

    private CappableLoad LoadOf(TwinPart part) => new(
        part.Job.Name, part.Gpus, part.Job.Curve, Watts.FromWatts(Math.Max(_demand[part], part.Job.LeastCap.Value)), part.Job.LeastCap, part.Job.MostCap, part.Job.Flex);

    private List<Envelope> Constrain(TwinReadings readings, TwinHall hall, List<CappableLoad> loads)
    {
        var envelopes = new List<Envelope>();
        for (var domain = hall.Domains.Count - 1; domain >= 0; domain--)
        {
            var members = Enumerable.Range(0, _order.Count).Where(index => hall.IsBelow(_order[index].Rack, domain)).ToList();
            var limit = hall.Domains[domain].LimitAt(hall.Now + options.Lead).Value;
            var rest = readings.DomainWatts[domain] - members.Sum(index => readings.Draws[_order[index]] * _order[index].Gpus);
            var uncapped = rest + members.Sum(index => loads[index].Uncapped.Value * _order[index].Gpus);
            if (readings.DomainWatts[domain] > options.CapAbove * limit || uncapped > options.CapAbove * limit)
                _constrained.Add(domain);
            else if (uncapped < options.ReleaseBelow * limit)
                _constrained.Remove(domain);
            if (_constrained.Contains(domain))
                envelopes.Add(new Envelope(hall.Domains[domain].Name, members, Watts.FromWatts(options.Aim * limit - rest)));
        }
        return envelopes;
    }

    private void Steer(CapPlan plan, TwinReadings readings, TwinControls controls)
    {
        if (_round is null || !_roundOf.SequenceEqual(_order))
        {
            // Orders that are under way outlast a change of who takes part: what may be in force at worst is where it goes on.
            var worst = _round is null ? [] : _roundOf.Zip(_round.AtWorst).ToDictionary(one => one.First, one => one.Second);
            _round = new CapRound(_order.Select(part => worst.TryGetValue(part, out var cap) && cap > readings.Caps[part] ? cap : readings.Caps[part]));
            _roundOf = _order;
        }
        for (var index = 0; index < _order.Count; index++)
            _round.Confirm(index, readings.Caps[_order[index]]);
        var rise = options.RisePerSecond * options.Period.TotalSeconds * controls.Hall.Domains[0].Limit.Value;
        foreach (var (index, cap) in _round.Orders(plan.Caps, Watts.FromWatts(rise), [.. _order.Select(part => part.Gpus)]))
            controls.SetCap(_order[index], cap);
        // What was fired is let go once the steered caps are in force and keep the limits by themselves.
        if (_fired.Count > 0 && plan.IsMet && _round.IsSettled)
        {
            controls.Release([.. _fired]);
            _fired.Clear();
        }
    }

    private void Climb(CapPlan plan, TwinControls controls)
    {
        _shortSince = plan.IsMet ? null : _shortSince ?? controls.Hall.Now;
        if (_shortSince is not { } since || controls.Hall.Now - since < options.PauseAfter)
            return;
        var (envelope, missing) = plan.Shortfalls[0];
        var victim = _order.Select(part => part.Job).Distinct().Where(job => job.State == TwinJobState.Running)
            .OrderBy(job => job.Flex.Floor).ThenBy(job => job.DoneSeconds - job.SavedSeconds).FirstOrDefault();
        if (victim is null)
            return;
        controls.Pause(victim, $"{missing} are missing at {envelope} with every cap at its floor");
        _shortSince = controls.Hall.Now;
    }

    // For the loss of one feed more than is lost, of every domain that has several; or for the limit in force at the root.
    private void Arm(TwinControls controls, List<CappableLoad> loads)
    {
        var hall = controls.Hall;
        foreach (var domain in hall.Domains)
        {
            var hasFeedToLose = domain.Feeds is not null && domain.LostFeeds + 1 < domain.Feeds.Feeds;
            if (!hasFeedToLose && !(options.GuardsLimits && domain.Parent < 0))
                continue;
            var index = hall.Domains.IndexOf(domain);
            var members = Enumerable.Range(0, _order.Count).Where(part => hall.IsBelow(_order[part].Rack, index)).ToList();
            var overhead = hall.Racks.Where((_, rack) => hall.IsBelow(rack, index)).Sum(rack => rack.Overhead.Value);
            var carried = hasFeedToLose ? domain.Feeds!.Surviving(domain.LostFeeds + 1) : domain.Limit;
            var budget = options.FailsafeAim * carried.Value - overhead;
            var plan = CapPlanner.Plan(loads, [new Envelope(domain.Name, members, Watts.FromWatts(budget))], ShedOrder.MostFlexibleFirst, mayBreakFloors: true);
            // What was fired is what was armed for this loss; the next loss is armed for once it is let go.
            foreach (var part in members.Where(part => !_fired.Contains(_order[part])))
                controls.Arm(_order[part], plan.Caps[part]);
        }
    }
}
