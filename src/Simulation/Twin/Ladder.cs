using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;

namespace ControlPlane.Simulation.Twin;

/// <summary>
/// The product's controller: caps are armed on the nodes beforehand and fired by one signal; steering then finds the caps
/// that cost least and keep every class's floor; below the floors the most flexible job is paused, its work saved. Caps rise
/// only once all that fell are confirmed, and no faster than the ramp.
/// </summary>
public sealed class Ladder(LadderOptions options) : ITwinController
{
    private readonly Dictionary<TwinPart, double> _demand = [];
    private readonly HashSet<int> _constrained = [];
    private readonly List<TwinPart> _fired = [];
    private readonly List<TwinJob> _draining = [];
    private List<TwinPart> _order = [];
    private CapRound? _round;
    private readonly HashSet<int> _leaking = [];
    private TimeSpan? _shortSince;
    private TimeSpan _movedAt = TimeSpan.MinValue / 2;

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
        if (signal == TwinSignal.DomainDown)
            Restart(index, controls);
        if (signal is TwinSignal.Leak or TwinSignal.UntrustedLeak)
            Isolate(index, signal == TwinSignal.Leak, controls);
        if (signal == TwinSignal.LinkChanged)
            Watch(index, controls);
        if (signal == TwinSignal.JobArrived)
            TwinPlacer.Place(controls, hall.Jobs[index]);
        if (signal == TwinSignal.FlowLost)
            Drain(hall.Parts.Where(part => hall.Racks[part.Rack].Loop == index).ToList(), hall.Loops[index].Name, controls);
    }

    // One leaking tray is shut down; two isolate the rack. Work is saved first where the whole rack goes.
    private void Isolate(int tray, bool isGood, TwinControls controls)
    {
        var hall = controls.Hall;
        if (!isGood)
        {
            hall.Say($"a leak reading of {hall.Racks[tray].Name} is not trusted: its quality is bad");
            return;
        }
        _leaking.Add(tray);
        controls.SwitchOff(hall.Racks[tray], "it leaks");
        var domain = hall.Racks[tray].Domain;
        var trays = Enumerable.Range(0, hall.Racks.Count).Where(rack => hall.Racks[rack].Domain == domain).ToList();
        if (trays.Count(_leaking.Contains) < 2)
        {
            foreach (var part in hall.Parts.Where(part => part.Rack == tray).ToList())
            {
                if (FreeRack(hall, part, tray) is { } rack)
                    controls.Move(part, rack, options.Restart, "its tray leaks");
            }
            return;
        }
        hall.Say($"two trays below {hall.Domains[domain].Name} leak: liquid and electrical isolation are requested");
        foreach (var part in hall.Parts.Where(part => trays.Contains(part.Rack)).ToList())
        {
            if (FreeRack(hall, part, tray, domain) is { } rack)
                controls.Move(part, rack, options.Restart, "its rack is isolated");
        }
        foreach (var rack in trays.Where(rack => !_leaking.Contains(rack)))
            controls.SwitchOff(hall.Racks[rack], "its rack is isolated");
    }

    // A link that flaps is taken out of the budget before its down times add up to the time-out of collectives.
    private void Watch(int index, TwinControls controls)
    {
        var (hall, link) = (controls.Hall, controls.Hall.Links[index]);
        if (link.Flaps < options.MostFlaps || link.IsCondemned)
            return;
        link.IsCondemned = true;
        foreach (var job in hall.Jobs.Where(job => job.Link == index && job.State == TwinJobState.Running))
        {
            hall.Say($"{link.Name} flaps: its capacity leaves the budget, and {job.Name} crosses it");
            controls.Reroute(job, -1, options.Restart, "inside one leaf no uplink is crossed");
        }
    }

    // Everything below it fails as one; whoever ran there starts again from its checkpoint where whole racks are free.
    private void Restart(int domain, TwinControls controls)
    {
        var hall = controls.Hall;
        hall.Say($"one fault: {hall.Domains[domain].Name} and the {hall.Racks.Where((_, rack) => hall.IsBelow(rack, domain)).Sum(rack => rack.Gpus)} GPUs below it");
        foreach (var part in hall.Parts.Where(part => hall.IsBelow(part.Rack, domain)).ToList())
        {
            if (FreeRack(hall, part) is { } rack)
                controls.Move(part, rack, options.Restart, "its rack has failed");
        }
    }

    // Nothing carries heat away: the lowest caps buy the time to save, and who has saved goes on where it is cooled.
    private void Drain(List<TwinPart> parts, string loop, TwinControls controls)
    {
        foreach (var part in parts)
            controls.Arm(part, part.Job.LeastCap);
        controls.Fire(parts, $"{loop} has no flow");
        foreach (var job in parts.Select(part => part.Job).Distinct())
        {
            controls.Pause(job, $"{loop} has no flow");
            _draining.Add(job);
        }
    }

    /// <inheritdoc/>
    public void Step(TwinReadings readings, TwinControls controls)
    {
        ArgumentNullException.ThrowIfNull(readings);
        ArgumentNullException.ThrowIfNull(controls);
        var hall = controls.Hall;
        Learn(readings);
        Rehome(controls);
        _order = [.. hall.Parts.Where(part => part.Job.State == TwinJobState.Running && hall.IsFed(part.Rack) && readings.Draws.ContainsKey(part))];
        if (_order.Count == 0)
            return;
        var loads = _order.Select(LoadOf).ToList();
        var envelopes = Constrain(readings, hall, loads);
        if (options.InletLimit is { } limit)
            envelopes.AddRange(InletEnvelopes(hall, limit));
        var plan = CapPlanner.Plan(loads, envelopes, options.Order);
        Steer(plan, readings, controls);
        Climb(plan, controls);
        Cool(plan, controls);
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
        if (_round is null || _round.AtWorst.Count != _order.Count)
            _round = new CapRound(_order.Select(part => readings.Caps[part]));
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

    // Who was drained and has saved its work goes on in racks of another loop that are free and fed.
    private void Rehome(TwinControls controls)
    {
        var hall = controls.Hall;
        foreach (var job in _draining.Where(job => job.State == TwinJobState.Paused).ToList())
        {
            _draining.Remove(job);
            var left = job.Parts.Select(part => part.Rack).Distinct().ToList();
            foreach (var part in job.Parts)
            {
                if (FreeRack(hall, part) is { } rack)
                    controls.Move(part, rack, options.Restart, "it is cooler there");
            }
            foreach (var rack in left.Where(rack => hall.Loops[hall.Racks[rack].Loop].IsFlowLost))
                controls.SwitchOff(hall.Racks[rack], "nothing cools it");
        }
    }

    // The coolest of those that are fed, cooled, and have room for the whole part.
    private static int? FreeRack(TwinHall hall, TwinPart part, int withoutRack = -1, int withoutDomain = -1) => Enumerable.Range(0, hall.Racks.Count)
        .Where(rack => rack != withoutRack && (withoutDomain < 0 || hall.Racks[rack].Domain != withoutDomain) && hall.IsFed(rack) && !hall.Loops[hall.Racks[rack].Loop].IsFlowLost)
        .Where(rack => hall.Parts.Where(other => other.Rack == rack || other.MovesTo == rack).Sum(other => other.Gpus) + part.Gpus <= hall.Racks[rack].Gpus)
        .OrderBy(rack => hall.Racks[rack].Inlet.Value).Select(rack => (int?)rack).FirstOrDefault();

    // What every rack of a loop adds to the inlet of one, against what the limit leaves above the supply.
    private IEnumerable<Envelope> InletEnvelopes(TwinHall hall, Celsius limit)
    {
        for (var loop = 0; loop < hall.Loops.Count; loop++)
        {
            if (hall.Loops[loop].Recirculation is not { } air)
                continue;
            var racks = Enumerable.Range(0, hall.Racks.Count).Where(rack => hall.Racks[rack].Loop == loop).ToList();
            var members = Enumerable.Range(0, _order.Count).Where(index => racks.Contains(_order[index].Rack)).ToList();
            var fixedWatts = racks.Select(rack => hall.Racks[rack].LoadWatts - members.Where(index => _order[index].Rack == rack).Sum(index => _order[index].DrawWatts * _order[index].Gpus)).ToList();
            for (var at = 0; at < racks.Count; at++)
            {
                var row = air.KelvinPerWatt[at];
                var left = limit.Value - options.InletMargin - hall.Loops[loop].Supply.Value - fixedWatts.Select((watts, index) => watts * row[index]).Sum();
                yield return new Envelope(hall.Racks[racks[at]].Name + " inlet", members, Watts.FromWatts(Math.Max(0, left) * 1000))
                {
                    Weights = [.. members.Select(index => row[racks.IndexOf(_order[index].Rack)] * 1000)],
                };
            }
        }
    }

    // Rather than slow for hours what stands in the heat, one job at a time goes where it is cooler.
    private void Cool(CapPlan plan, TwinControls controls)
    {
        var hall = controls.Hall;
        if (options.InletLimit is null || plan.Performance > 0.97 || _draining.Count > 0 || hall.Now - _movedAt < options.Restart * 2)
            return;
        var candidate = _order.Select(part => (Part: part, Rack: FreeRack(hall, part)))
            .Where(one => one.Rack is { } rack && hall.Racks[rack].Inlet.Value < hall.Racks[one.Part.Rack].Inlet.Value - 2 && one.Part.Job.Parts.Count == 1)
            .OrderByDescending(one => hall.Racks[one.Part.Rack].Inlet.Value).ThenBy(one => one.Part.Job.Flex.Floor).FirstOrDefault();
        if (candidate.Part is null)
            return;
        controls.Pause(candidate.Part.Job, $"{hall.Racks[candidate.Part.Rack].Name} is hot and {hall.Racks[candidate.Rack!.Value].Name} has room");
        _draining.Add(candidate.Part.Job);
        _movedAt = hall.Now;
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
