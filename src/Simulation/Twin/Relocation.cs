using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Facility.Leaks;

namespace ControlPlane.Simulation.Twin;

/// <summary>Where work goes that has lost its place, or would be slow in it for long: racks that are fed, cooled and free.</summary>
/// <param name="options">How the controller is set.</param>
internal sealed class Relocation(LadderOptions options)
{
    private readonly List<TwinJob> _draining = [];
    private readonly HashSet<int> _leaking = [];
    private IReadOnlyList<Celsius> _inlets = [];
    private TimeSpan _movedAt = TimeSpan.MinValue / 2;

    /// <summary>Hears a hard-wired signal, at once.</summary>
    public void Signal(TwinSignal signal, int index, TwinControls controls)
    {
        var hall = controls.Hall;
        switch (signal)
        {
            case TwinSignal.DomainDown:
                // Everything below it fails as one.
                hall.Say($"one fault: {hall.Domains[index].Name} and the {hall.Racks.Where((_, rack) => hall.IsBelow(rack, index)).Sum(rack => rack.Gpus)} GPUs below it");
                MoveAll(hall.Parts.Where(part => hall.IsBelow(part.Rack, index)), rack => !hall.IsBelow(rack, index), "its rack has failed", controls);
                break;
            case TwinSignal.UntrustedLeak:
                hall.Say($"a leak reading of {hall.Racks[index].Name} is not trusted: its quality is bad");
                break;
            case TwinSignal.Leak:
                Isolate(index, controls);
                break;
            case TwinSignal.LinkChanged:
                Watch(index, controls);
                break;
            case TwinSignal.FlowLost:
                Drain(hall.Parts.Where(part => hall.Racks[part.Rack].Loop == index).ToList(), hall.Loops[index].Name, controls);
                break;
        }
    }

    /// <summary>Lets those who were drained and have saved their work go on elsewhere; what nothing cools is switched off.</summary>
    public void Rehome(TwinReadings readings, TwinControls controls)
    {
        _inlets = readings.Inlets;
        var hall = controls.Hall;
        foreach (var job in _draining.Where(job => job.State == TwinJobState.Paused).ToList())
        {
            _draining.Remove(job);
            var left = job.Parts.Select(part => part.Rack).Distinct().ToList();
            MoveAll(job.Parts, _ => true, "it is cooler there", controls);
            foreach (var rack in left.Where(rack => hall.Loops[hall.Racks[rack].Loop].IsFlowLost))
                controls.SwitchOff(hall.Racks[rack], "nothing cools it");
        }
    }

    /// <summary>Rather than slow for hours what stands in the heat, one job at a time goes where it is cooler.</summary>
    public void Cool(CapPlan plan, IReadOnlyList<TwinPart> loads, TwinControls controls)
    {
        var hall = controls.Hall;
        if (plan.Performance > 0.97 || _draining.Count > 0 || hall.Now - _movedAt < options.Restart * 2)
            return;
        var candidate = loads.Where(part => part.Job.Parts.Count == 1).Select(part => (Part: part, Rack: FreeRack(hall, part, _ => true)))
            .Where(one => one.Rack is { } rack && InletOf(hall, rack) < InletOf(hall, one.Part.Rack) - 2)
            .OrderByDescending(one => InletOf(hall, one.Part.Rack)).ThenBy(one => one.Part.Job.Flex.Floor).FirstOrDefault();
        if (candidate.Part is null)
            return;
        controls.Pause(candidate.Part.Job, $"{hall.Racks[candidate.Part.Rack].Name} is hot and {hall.Racks[candidate.Rack!.Value].Name} has room");
        _draining.Add(candidate.Part.Job);
        _movedAt = hall.Now;
    }

    // A leaking tray is shut down; when several leak, the whole rack goes. What was not saved by then is lost.
    private void Isolate(int tray, TwinControls controls)
    {
        var hall = controls.Hall;
        _leaking.Add(tray);
        controls.SwitchOff(hall.Racks[tray], "it leaks");
        var domain = hall.Racks[tray].Domain;
        var trays = Enumerable.Range(0, hall.Racks.Count).Where(rack => hall.Racks[rack].Domain == domain).ToList();
        var leaks = new RackLeaks().WithLeakingTrays(trays.Count(_leaking.Contains));
        if (!leaks.CallsForIsolation)
        {
            MoveAll(hall.Parts.Where(part => part.Rack == tray), rack => rack != tray, "its tray leaks", controls);
            return;
        }
        hall.Say($"{leaks.LeakingTrays} trays below {hall.Domains[domain].Name} leak: liquid and electrical isolation are requested");
        MoveAll(hall.Parts.Where(part => trays.Contains(part.Rack)), rack => !trays.Contains(rack), "its rack is isolated", controls);
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

    // Nothing carries heat away: the lowest caps buy the time to save.
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

    private void MoveAll(IEnumerable<TwinPart> parts, Func<int, bool> may, string why, TwinControls controls)
    {
        foreach (var part in parts.ToList())
        {
            if (FreeRack(controls.Hall, part, may) is { } rack)
                controls.Move(part, rack, options.Restart, why);
        }
    }

    // The coolest, as last read, of those that are fed, cooled, and have room for the whole part.
    private int? FreeRack(TwinHall hall, TwinPart part, Func<int, bool> may) => Enumerable.Range(0, hall.Racks.Count)
        .Where(rack => may(rack) && hall.IsFed(rack) && !hall.Loops[hall.Racks[rack].Loop].IsFlowLost)
        .Where(rack => hall.Parts.Where(other => other.Rack == rack || other.MovesTo == rack).Sum(other => other.Gpus) + part.Gpus <= hall.Racks[rack].Gpus)
        .OrderBy(rack => InletOf(hall, rack)).Select(rack => (int?)rack).FirstOrDefault();

    private double InletOf(TwinHall hall, int rack) => rack < _inlets.Count ? _inlets[rack].Value : hall.Loops[hall.Racks[rack].Loop].Supply.Value;
}
