using ControlPlane.Domain.Units;
using ControlPlane.Facility.Control;
using ControlPlane.Simulation.Twin;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>
/// A hall of 1,000 H100 whose envelope carries 744 of them at nameplate, fed with requests and gangs. How many nodes are
/// admitted follows from what the nodes that nameplates allow draw together; the rest is held by caps.
/// </summary>
public sealed class OversubscribedHall : Scenario
{
    /// <summary>Load over the limit at which a relay at the meter fires the armed caps.</summary>
    private const double RelayAt = 0.985;

    private readonly HallLoad _load;
    private readonly Oversubscription _admission;
    private readonly Lazy<Observed> _observed;
    private readonly int? _nodes;

    /// <summary>The scenario under a load.</summary>
    /// <param name="load">What the hall is fed with; the synthetic load by default.</param>
    /// <param name="admission">How many nodes are admitted.</param>
    public OversubscribedHall(HallLoad? load = null, Oversubscription? admission = null)
        : this(load ?? HallLoad.Synthetic, admission ?? new Oversubscription(), null) => _observed = new(Observe);

    private OversubscribedHall(HallLoad load, Oversubscription admission, Lazy<Observed>? observed)
    {
        (_load, _admission, _observed) = (load, admission, observed!);
        _nodes = observed is null ? null : HallFloor.ByNameplate;
    }

    /// <inheritdoc/>
    public override string Name => "oversubscribed-hall";

    /// <inheritdoc/>
    public override string About => $"1,000 H100 in an envelope that carries 744 at nameplate; load: {_load.Source}.";

    /// <inheritdoc/>
    public override TimeSpan Length => TimeSpan.FromHours(3);

    /// <inheritdoc/>
    public override TimeSpan Step => TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override LadderOptions Options => new()
    {
        CapAbove = 0.965,
        Aim = 0.965,
        ReleaseBelow = 0.945,
        FailsafeAim = 0.95,
        RisePerSecond = 0.005,
        GuardsLimits = true,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Scenario Scenario)> Uncontrolled => [("nameplate", new OversubscribedHall(_load, _admission, _observed))];

    /// <summary>Nodes of eight GPUs that are admitted.</summary>
    public int Nodes => _nodes ?? Math.Min(HallFloor.MostNodes, _admission.Nodes(HallFloor.Envelope, HallFloor.NodeNameplate, HallFloor.NodeArmed, _observed.Value.NodeWatts));

    /// <inheritdoc/>
    public override TwinHall Build()
    {
        var hall = HallFloor.Build(_load, Nodes, Length);
        hall.Say($"{Nodes} nodes of {HallFloor.MostNodes} are admitted, {HallFloor.ByNameplate} would be by nameplate; load: {_load.Source}");
        return hall;
    }

    /// <inheritdoc/>
    public override void Happen(TwinHall hall, Action<TwinSignal, int> signal)
    {
        ArgumentNullException.ThrowIfNull(hall);
        ArgumentNullException.ThrowIfNull(signal);
        if (hall.Domains[0].LoadFraction > RelayAt)
            signal(TwinSignal.NearLimit, 0);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ScenarioTarget> Targets(ScenarioOutcome outcome, IReadOnlyDictionary<string, ScenarioOutcome> all)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(all);
        return
        [
            ScenarioTarget.AtMost("seconds above the limit at the meter: none", outcome.Extra["seconds above"], 0),
            ScenarioTarget.AtLeast("output over that of nameplate provisioning, at least 1.33", outcome.Extra["output over nameplate"], 1.33),
            ScenarioTarget.AtLeast("output over that of equal caps, at least 1", outcome.Extra["output over nameplate"] / all["equal-caps"].Extra["output over nameplate"], 1),
            ScenarioTarget.AtMost("floors broken: none", outcome.FloorsBroken, 0),
            ScenarioTarget.AtMost("GPU-hours lost: none", outcome.GpuHoursLost, 0),
        ];
    }

    internal override IReadOnlyDictionary<string, double> Extra(TwinHall hall, ScenarioRecord record)
    {
        var (serving, training) = (record.Output(HallFloor.IsServing), record.Output(job => !HallFloor.IsServing(job)));
        var nameplate = _observed.Value;
        return new Dictionary<string, double>
        {
            ["GPUs"] = hall.Jobs.Sum(job => job.Gpus),
            ["nameplates over the envelope"] = Nodes * HallFloor.NodeNameplate.Value / HallFloor.Envelope.Value,
            ["seconds above"] = record.SecondsAbove(HallFloor.Envelope.Value),
            ["highest second over the limit"] = record.Meter.Max(one => one.Watts) / HallFloor.Envelope.Value,
            ["mean over the limit"] = record.Meter.Average(one => one.Watts) / HallFloor.Envelope.Value,
            ["output over nameplate"] = (serving + training) / (nameplate.Serving + nameplate.Training),
            ["serving over nameplate"] = serving / nameplate.Serving,
            ["training over nameplate"] = training / nameplate.Training,
            ["times armed caps were fired"] = hall.Events.Count(one => one.What.StartsWith("armed caps", StringComparison.Ordinal)),
        };
    }

    // What the nodes that nameplates allow draw and put out, uncapped: what an operator has seen before admitting more.
    private Observed Observe()
    {
        var hall = HallFloor.Build(_load, HallFloor.ByNameplate, Length);
        var watts = new List<double>();
        var (serving, training) = (0.0, 0.0);
        hall.Settle();
        while (hall.Now < Length)
        {
            hall.Step(Step);
            watts.Add(hall.Domains[0].LoadWatts / HallFloor.ByNameplate);
            foreach (var job in hall.Jobs)
            {
                if (HallFloor.IsServing(job))
                    serving += job.Output(hall.Now) * Step.TotalSeconds;
                else
                    training += job.Output(hall.Now) * Step.TotalSeconds;
            }
        }
        return new Observed(watts, serving, training);
    }

    private sealed record Observed(IReadOnlyList<double> NodeWatts, double Serving, double Training);
}
