using ControlPlane.Domain.Units;

namespace ControlPlane.Simulation.Twin;

/// <summary>
/// The second baseline: polls, and gives every GPU below an exceeded domain the same cap. It knows no classes, no armed
/// caps and no heat, and lets go at once when the limit allows.
/// </summary>
public sealed class EqualCaps(Celsius? inletLimit = null) : ITwinController
{
    private readonly HashSet<int> _capped = [];
    private double _heatCap = double.MaxValue;

    /// <inheritdoc/>
    public string Name => "equal-caps";

    /// <inheritdoc/>
    public TimeSpan Period => TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public void Signal(TwinSignal signal, int index, TwinControls controls)
    {
        ArgumentNullException.ThrowIfNull(controls);
        if (signal != TwinSignal.JobArrived)
            return; // It only polls.
        var hall = controls.Hall;
        var rack = Enumerable.Range(0, hall.Racks.Count).First(rack => hall.Parts.All(part => part.Rack != rack));
        controls.Start(hall.Jobs[index], rack, hall.Racks[rack].Gpus, hall.Jobs[index].MostCap, "its GPUs are free");
    }

    // Five watts down for everybody while any inlet is too hot, up again while all are a kelvin below.
    private void Cool(TwinReadings readings, TwinControls controls)
    {
        if (inletLimit is not { } limit)
            return;
        var hottest = readings.Inlets.Max(inlet => inlet.Value);
        var most = controls.Hall.Parts.Max(part => part.Job.MostCap.Value);
        if (hottest > limit.Value - 0.3)
            _heatCap = Math.Min(_heatCap, most) - 5;
        else if (hottest < limit.Value - 1 && _heatCap < most)
            _heatCap += 5;
        foreach (var part in controls.Hall.Parts.Where(_ => _heatCap < most))
            controls.SetCap(part, Watts.FromWatts(_heatCap));
    }

    /// <inheritdoc/>
    public void Step(TwinReadings readings, TwinControls controls)
    {
        ArgumentNullException.ThrowIfNull(readings);
        ArgumentNullException.ThrowIfNull(controls);
        var hall = controls.Hall;
        Cool(readings, controls);
        for (var domain = hall.Domains.Count - 1; domain >= 0; domain--)
        {
            var parts = hall.Parts.Where(part => hall.IsBelow(part.Rack, domain)).ToList();
            if (parts.Count == 0)
                continue;
            var limit = hall.Domains[domain].Limit.Value;
            if (readings.DomainWatts[domain] > limit)
                _capped.Add(domain);
            if (!_capped.Contains(domain))
                continue;
            var overhead = hall.Racks.Where((_, rack) => hall.IsBelow(rack, domain)).Sum(rack => rack.Overhead.Value);
            var each = Watts.FromWatts(Math.Max(1, (limit - overhead) / parts.Sum(part => part.Gpus)));
            if (parts.All(part => each >= part.Job.Curve.HighestCap))
                _capped.Remove(domain);
            foreach (var part in parts)
                controls.SetCap(part, each);
        }
    }
}
