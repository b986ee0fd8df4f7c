using System.Globalization;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>Watches a virtual hall and adds up what a scenario is judged by.</summary>
internal sealed class ScenarioRecord(TwinHall hall, Scenario scenario)
{
    private readonly double _provisionedWatts = hall.Domains.Count == 0 ? 1 : hall.Domains[0].Limit.Value;
    private readonly double[] _peaks = new double[hall.Domains.Count];
    private readonly Dictionary<TwinJob, double> _work = hall.Jobs.ToDictionary(job => job, _ => 0.0);
    private readonly Dictionary<TwinJob, double> _output = hall.Jobs.ToDictionary(job => job, _ => 0.0);
    private readonly HashSet<TwinPart> _throttled = [];
    private readonly List<(TimeSpan At, double Watts)> _meter = [];
    private readonly List<(TimeSpan At, double Watts)> _fine = [];
    private readonly Dictionary<TwinJob, List<(TimeSpan At, double Seconds)>> _done = hall.Jobs.ToDictionary(job => job, _ => new List<(TimeSpan, double)>());
    private TimeSpan? _exceededAt;
    private TimeSpan? _allWorkAt;
    private double _tokens;
    private double _overshoot;
    private double _highestDie;
    private double _highestInlet;

    /// <summary>Load of the root at every second.</summary>
    public IReadOnlyList<(TimeSpan At, double Watts)> Meter => _meter;

    public void Look(TimeSpan step)
    {
        foreach (var job in hall.Jobs)
        {
            var output = job.Output(hall.Now);
            _tokens += output * job.TokensPerGpuSecond * step.TotalSeconds;
            _output[job] += output * step.TotalSeconds;
        }
        if (_meter.Count == 0 || hall.Now - _meter[^1].At >= TimeSpan.FromSeconds(1))
        {
            _meter.Add((hall.Now, hall.Domains[0].LoadWatts));
            foreach (var job in hall.Jobs)
                _done[job].Add((hall.Now, job.DoneSeconds));
        }
        if (hall.Now <= scenario.Begins)
            return;
        if (hall.Now <= scenario.Begins + TimeSpan.FromMinutes(1))
            _fine.Add((hall.Now, hall.Domains[0].LoadWatts));
        for (var domain = 0; domain < _peaks.Length; domain++)
        {
            var load = hall.Domains[domain].IsDown ? 0 : hall.Domains[domain].LoadFraction;
            _peaks[domain] = Math.Max(_peaks[domain], load);
            // A thousandth is the rounding of figures; a meter of class 1 shows no less.
            if (load > 1.001 || hall.Domains[domain].HasGivenUp)
                _exceededAt = hall.Now;
        }
        foreach (var job in hall.Jobs)
            _work[job] += job.Speed * step.TotalSeconds;
        if (hall.Jobs.TrueForAll(job => job.Speed > 0))
            _allWorkAt ??= hall.Now;
        else
            _allWorkAt = null;
        _throttled.UnionWith(hall.Parts.Where(part => part.IsThrottled));
        _highestDie = Math.Max(_highestDie, hall.Parts.Select(part => part.Die.Value).DefaultIfEmpty(0).Max());
        _highestInlet = Math.Max(_highestInlet, hall.Racks.Max(rack => rack.Inlet.Value));
        _overshoot = Math.Max(_overshoot, scenario.OvershootOf(hall));
    }

    public ScenarioOutcome Outcome(string controller, long orders)
    {
        var seconds = (hall.Now - scenario.Begins).TotalSeconds;
        var isSafe = _exceededAt is null || _exceededAt < hall.Now;
        var gpus = Math.Max(1, hall.Jobs.Sum(job => job.Gpus));
        return new ScenarioOutcome(
            controller, !isSafe ? null : _exceededAt is { } last ? (last - scenario.Begins).TotalSeconds : 0,
            hall.Domains.Zip(_peaks).ToDictionary(pair => pair.First.Name, pair => pair.Second),
            hall.Domains.Max(domain => domain.BreakerState.Accumulated), hall.Domains.Max(domain => domain.UpsUsed),
            _highestDie, _highestInlet, hall.Jobs.Sum(job => job.LostGpuHours),
            hall.Jobs.Count(job => _work[job] / seconds < job.Flex.Floor - 1e-6), _overshoot, hall.Jobs.Sum(job => job.Kills),
            _tokens / (_provisionedWatts / 1e6), _throttled.Count, hall.Jobs.Sum(job => _work[job] / seconds * job.Gpus) / gpus, orders,
            scenario.Extra(hall, this), [.. hall.Events.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.At.TotalSeconds:0.0} s: {one.What}"))]);
    }

    /// <summary>From the event until every job works, to the end; 1e9 when one does not.</summary>
    public double SecondsUntilAllWork => _allWorkAt is { } at ? (at - scenario.Begins).TotalSeconds : 1e9;

    /// <summary>What some jobs put out from the start on, in GPU-seconds at full speed.</summary>
    public double Output(Func<TwinJob, bool> which) => _output.Where(pair => which(pair.Key)).Sum(pair => pair.Value);

    /// <summary>Mean speed of a job in a window that ends before the end.</summary>
    public double SpeedOf(TwinJob job, TimeSpan from, TimeSpan to)
    {
        var done = _done[job];
        var (first, last) = (done.FindLast(one => one.At <= from), done.FindLast(one => one.At <= to));
        return (last.Seconds - first.Seconds) / (last.At - first.At).TotalSeconds;
    }

    /// <summary>How fast the meter rose at most after an instant, in watts a second.</summary>
    public double FastestRise(TimeSpan after) =>
        Pairs(after, TimeSpan.MaxValue).Select(pair => (pair.Second.Watts - pair.First.Watts) / (pair.Second.At - pair.First.At).TotalSeconds).DefaultIfEmpty(0).Max();

    /// <summary>Mean load of the root in a window.</summary>
    public double MeanLoad(TimeSpan from, TimeSpan to) => _meter.Where(one => one.At >= from && one.At <= to).Average(one => one.Watts);

    /// <summary>Whole minutes of a window whose mean is at or below a limit.</summary>
    public int MinutesBelow(TimeSpan from, TimeSpan to, double watts) => _meter.Where(one => one.At > from && one.At <= to)
        .GroupBy(one => (int)((one.At - from).TotalMinutes - 1e-9)).Count(minute => minute.Average(one => one.Watts) <= watts * 1.0005);

    /// <summary>Seconds in which the meter showed more.</summary>
    public int SecondsAbove(double watts) => _meter.Count(one => one.At > scenario.Begins && one.Watts > watts * 1.0005);

    /// <summary>From the event until the meter shows less; 1e9 when it never does.</summary>
    public double SecondsUntilBelow(double watts)
    {
        var first = _fine.Find(one => one.Watts <= watts);
        return first == default ? 1e9 : (first.At - scenario.Begins).TotalSeconds;
    }

    /// <summary>How often the load turned from falling to rising or back in a window, turns of less than so many watts left out.</summary>
    public int Turns(TimeSpan from, TimeSpan to, double watts)
    {
        var loads = _meter.Where(one => one.At >= from && one.At <= to).Select(one => one.Watts).ToList();
        var (turns, direction, extreme) = (0, 0, loads[0]);
        foreach (var load in loads)
        {
            var move = load > extreme + watts ? 1 : load < extreme - watts ? -1 : 0;
            if (move != 0 && move != direction)
                (turns, direction, extreme) = (turns + 1, move, load);
            else if (direction > 0 ? load > extreme : load < extreme)
                extreme = load;
        }
        return turns;
    }

    private IEnumerable<((TimeSpan At, double Watts) First, (TimeSpan At, double Watts) Second)> Pairs(TimeSpan from, TimeSpan to)
    {
        var some = _meter.Where(one => one.At >= from && one.At <= to).ToList();
        return some.Zip(some.Skip(1));
    }

    /// <summary>Mean speed of a job from the event on.</summary>
    public double SpeedOf(TwinJob job) => _work[job] / (hall.Now - scenario.Begins).TotalSeconds;
}
