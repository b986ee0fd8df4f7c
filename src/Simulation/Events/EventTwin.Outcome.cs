using System.Globalization;
using ControlPlane.Facility.Conversion;
using ControlPlane.Simulation.Serving;

namespace ControlPlane.Simulation.Events;

/// <summary>What a run came to.</summary>
public sealed partial class EventTwin
{
    private const double HourMilliseconds = 3.6e6;

    private static readonly double[] Shares = [0.5, 0.9, 0.99];

    /// <summary>What the run came to so far; the run itself goes on unchanged.</summary>
    /// <param name="isWhole">False when it was stopped before the end that was meant.</param>
    public TwinOutcome Outcome(bool isWhole = true)
    {
        // Told on a copy: progress that is told at an instant is rounded there.
        var copy = Of(Image(), _plan);
        foreach (var record in copy._jobs.Values.Where(record => record.RunsSince >= 0).OrderBy(record => record.Sequence))
            copy.Settle(record);
        copy._sums.Close();
        return new TwinOutcome(_plan.Seed, Now / 8.64e7, isWhole, Assumptions(), copy.Figures(), copy.ServiceOutcomes(), copy.PricedRows(), copy._ended)
        {
            Unfinished = [.. copy._jobs.Values.Where(record => record.Service < 0).OrderBy(record => record.Sequence).Select(Unfinished)],
            Serving = [.. _desk.Changes],
        };
    }

    private List<TwinSample> PricedRows()
    {
        var began = 0.0;
        return [.. _sums.Rows.Select(row =>
        {
            var hours = row.Hours - began;
            began = row.Hours;
            return row with { Dollars = hours * ((row.MeterKilowatts * (_plan.DollarsPerKilowattHour ?? 0)) + (_floor.Layout.GpuCount * _plan.DollarsPerGpuHour)) };
        })];
    }

    private IEnumerable<TwinFigure> Costs(double meterKilowattHours, double hours, double tokens, double usefulHours)
    {
        if (_plan.DollarsPerKilowattHour is null && _plan.DollarsPerGpuHour == 0)
            yield break;
        var (energy, gpus) = (meterKilowattHours * (_plan.DollarsPerKilowattHour ?? 0), _floor.Layout.GpuCount * hours * _plan.DollarsPerGpuHour);
        yield return new("energyCost", energy, "dollars");
        yield return new("cost", energy + gpus, "dollars");
        yield return new("costPerMillionTokens", tokens == 0 ? 0 : (energy + gpus) / tokens * 1e6, "dollars, if all of it were for tokens");
        yield return new("costPerUsefulGpuHour", usefulHours == 0 ? 0 : (energy + gpus) / usefulHours, "dollars, if all of it were for training");
    }

    private static UnfinishedJob Unfinished(JobRecord record) => new(
        record.Name.Value, record.MilliGpus / 1000.0, record.Submitted, record.FirstStart, record.Work, record.Progress.Done, record.Failures, record.Preemptions, record.LostWork);

    private List<TwinFigure> Figures()
    {
        var rows = _sums.Rows;
        var span = rows.Select((row, index) => row.Hours - (index == 0 ? 0 : rows[index - 1].Hours)).ToList();
        double Sum(Func<TwinSample, double> of) => rows.Select((row, index) => of(row) * span[index]).Sum();
        var hours = Math.Max(Now / HourMilliseconds, 1e-9);
        var (energy, meter) = (Sum(row => row.Kilowatts), Sum(row => row.MeterKilowatts));
        var (held, tokens) = (Sum(row => row.GpusHeld), rows.Sum(row => row.Tokens));
        var gangs = _tally.Starting + _tally.Working + _tally.Writing;
        var useful = _tally.Working - _tally.Slowed - _tally.Lost;
        long[] waits = [.. _ended.Select(job => job.Started - job.Submitted).Order()];
        long[] completions = [.. _ended.Select(job => job.Ended - job.Submitted).Order()];
        return
        [
            new("gpus", _floor.Layout.GpuCount, ""),
            new("nodes", _floor.Layout.Nodes.Count, ""),
            new("events", _tally.Instants, ""),
            new("gangsSubmitted", _tally.Submitted - _plan.Services.Sum(service => service.Replicas), ""),
            new("gangsEnded", _ended.Count, ""),
            new("jobsRefused", _tally.Refused, ""),
            new("jobsRunning", _state.JobCount, ""),
            new("jobsWaiting", _waiting.Count, ""),
            new("meanWait", waits.Length == 0 ? 0 : waits.Average() / HourMilliseconds, "h"),
            new("p50Wait", Rank(waits, 0.5), "h"),
            new("p90Wait", Rank(waits, 0.9), "h"),
            new("p99Wait", Rank(waits, 0.99), "h"),
            new("meanJct", completions.Length == 0 ? 0 : completions.Average() / HourMilliseconds, "h"),
            new("heldShare", held / (_floor.Layout.GpuCount * hours), ""),
            new("gangHours", gangs / HourMilliseconds, "GPU-h"),
            new("usefulHours", useful / HourMilliseconds, "GPU-h"),
            new("lostHours", _tally.Lost / HourMilliseconds, "GPU-h"),
            new("restartHours", _tally.Starting / HourMilliseconds, "GPU-h"),
            new("checkpointHours", _tally.Writing / HourMilliseconds, "GPU-h"),
            new("slowedHours", _tally.Slowed / HourMilliseconds, "GPU-h"),
            new("effectiveShare", gangs == 0 ? 0 : useful / gangs, ""),
            new("servingHours", _tally.Serving / HourMilliseconds, "GPU-h"),
            new("nodeFailures", _tally.Failures, ""),
            new("interruptions", _tally.Interruptions, ""),
            new("preemptions", _tally.Preemptions, ""),
            new("nodesOut", Sum(row => row.NodesOut) / hours, ""),
            new("energy", energy / 1000, "MWh"),
            new("meterEnergy", meter / 1000, "MWh"),
            new("meanPower", energy / hours, "kW"),
            new("mostPower", rows.Count == 0 ? 0 : rows.Max(row => row.MostKilowatts), "kW"),
            new("hottestDie", rows.Count == 0 ? 0 : rows.Max(row => row.HottestDie), "C"),
            new("tokens", tokens, ""),
            new("tokensPerMeterKilowattHour", meter == 0 ? 0 : tokens / meter, ""),
            .. Costs(meter, hours, tokens, useful / HourMilliseconds),
        ];
    }

    private static double Rank(long[] sorted, double share) =>
        sorted.Length == 0 ? 0 : sorted[(int)Math.Ceiling(share * sorted.Length) - 1] / HourMilliseconds;

    private List<ServiceOutcome> ServiceOutcomes()
    {
        _desk.Settle(Now);
        return [.. _plan.Services.Select((service, index) => Outcome(service, index))];
    }

    private ServiceOutcome Outcome(ServicePlan service, int index)
    {
        var (first, whole, perToken) = (new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram());
        var (replicas, tokens, batch, load, down) = (0.0, 0.0, 0.0, 0.0, 0L);
        foreach (var ((_, count), spent) in _desk.Spent.Where(spent => spent.Key.Service == index))
        {
            if (_desk.Profile(index, count) is not { } profile)
            {
                down += spent;
                continue;
            }
            var plays = spent / 1000.0 / profile.Seconds;
            first.Add(profile.First, plays);
            whole.Add(profile.Whole, plays);
            perToken.Add(profile.PerToken, plays);
            (replicas, tokens) = (replicas + (count * (double)spent), tokens + (plays * profile.WrittenTokens));
            (batch, load) = (batch + (profile.MeanBatch * spent), Math.Max(load, profile.Load));
        }
        var time = Math.Max(1.0, Now);
        return new ServiceOutcome(
            service.Name, replicas / time, tokens, first.Count, batch / Math.Max(1.0, Now - down), load, down / HourMilliseconds,
            [.. Shares.Select(first.Percentile)], [.. Shares.Select(perToken.Percentile)], [.. Shares.Select(whole.Percentile)]);
    }

    private List<TwinAssumption> Assumptions()
    {
        const string stated = "stated for this run";
        List<TwinAssumption> all =
        [
            Assumed("hall", $"{_floor.Layout.Hall}: {_floor.Layout.Racks.Count} racks, {_floor.Layout.Nodes.Count} nodes, {_floor.Layout.GpuCount} GPUs", "its manifests and the hardware catalogue"),
            Assumed("seed", $"{_plan.Seed}", stated),
            Assumed("failures per node and day", $"{_plan.FailuresPerNodeDay}, at any instant alike likely, on any node alike likely", _plan.FailureSource),
            Assumed("failures by software alone", $"{_plan.SoftwareShare}", "arXiv:2407.21783, table 5: 61 of 419 unless stated otherwise"),
            Assumed("repair of a node", $"{_plan.RepairHours} h in the mean, exponentially distributed", "assumed unless stated"),
            Assumed("checkpoint", $"stops a gang for {_plan.CheckpointSeconds} s", stated),
            Assumed("interval between checkpoints", _plan.CheckpointEverySeconds is { } every ? $"{every} s of work" : "Young's, for each gang's nodes", "Young, 1974"),
            Assumed("restart", $"{_plan.RestartSeconds} s until work goes on, failure noticed and state loaded", "Kokolis et al., HPCA 2025: five minutes, unless stated otherwise"),
            Assumed("what stops costs", "a failure, an eviction and a move cost the work since the last checkpoint; a job that leaves for a limit saves first", "the product's own rules"),
            Assumed("run times", "those of the trace are at full speed, without checkpoints and restarts", stated),
            Assumed("placement", $"profile factory, backfill {_plan.Backfill}, gangs prefer one {_plan.Preferred}, {_plan.Searches} jobs a pass look for room", stated),
            Assumed("draw of training", $"{_plan.TrainingUtilisation} of the range between idle and limit, also while loading and writing", "76 % of a DGX H100's nameplate in intensive training"),
            Assumed("draw of a node", "all but its GPUs at their most while it is in, nothing while it is out", "the hardware catalogue"),
            Assumed("dies", "0.03 K/W behind a cold plate, 0.07 K/W or what full power in air of 27 C needs behind a heat sink; settled under the mean draw of their job", "vendors' target for cold plates; the heat sinks' is assumed"),
            Assumed("meter", $"{PowerUsage.DirectLiquid.Ratio(default)} of what leaves by liquid, {PowerUsage.Air.Ratio(default)} of what leaves by air", "InferenceX system power model"),
        ];
        if (_plan.DollarsPerKilowattHour is not null || _plan.DollarsPerGpuHour > 0)
            all.Add(Assumed("prices", $"{_plan.DollarsPerKilowattHour ?? 0} dollars for a kWh at the meter, {_plan.DollarsPerGpuHour} for an hour of each GPU beside that", stated));
        if (_plan.Present.Count > 0)
            all.Add(Assumed("jobs of the present", $"{_plan.Present.Count}; each as far as it was, {_plan.Present.Count(job => job.DoneSeconds > 0)} of them begun", "what was handed over; a job that ran slower for a while counts by its slowest speed"));
        if (_plan.ClosedNodes.Count > 0)
            all.Add(Assumed("closed nodes", string.Join(", ", _plan.ClosedNodes), "closed all the time, as in the snapshot"));
        if (_plan.Drawn is { } drawn)
            all.AddRange(drawn.Lines().Select(line => Assumed("gangs", line, "fitted by greatest likelihood")));
        foreach (var service in _plan.Services)
        {
            if (service.Steady is { } steady)
            {
                all.Add(Assumed($"service {service.Name}", $"{service.Replicas} replicas of {steady.TokensPerSecond:0.###} tokens/s each, all the time; GPUs draw {steady.DrawShare} of their limit", service.Model.Source));
                continue;
            }
            all.Add(Assumed($"service {service.Name}", $"{service.Replicas} replicas of {service.Model.Name}; {service.Requests.Count} requests in {service.Requests[^1].At.TotalSeconds:0} s, {service.Rate} times as fast, over and over, in turn to each replica", stated));
            all.Add(Assumed($"speed of {service.Name}", $"reads {service.Model.ReadTokensPerSecond:0} tokens/s; a step takes {service.Model.StepSeconds * 1000:0.###} ms and {service.Model.PerRequestSeconds * 1000:0.#####} ms a request; batch up to {service.Model.MostBatch}", service.Model.Source));
        }
        all.AddRange(_plan.Faults.Select(fault => Assumed("fault", $"{fault.Kind} {fault.Name} at {fault.AtSeconds} s for {fault.ForSeconds} s{(fault.Kilowatts is { } limit ? $", {limit} kW" : "")}{(fault.LeftShare is { } left ? $", {left} of it left" : "")}{(fault.EverySeconds is { } every ? $", down {fault.DownSeconds} s every {every} s" : "")}", stated)));
        if (_plan.Faults.Any(fault => fault.Kind == "link"))
            all.Add(Assumed("trunks", $"a dead one breaks the gangs across it, and who finds no other place stalls; one that carries less slows them in proportion; gangs of the list need {_plan.NetworkPerGpu} Gb/s a GPU", "RAPS; a collective waits 7 s (Databricks); three falls in ten minutes take a trunk out until it is steady for ten"));
        return all;
    }

    private static TwinAssumption Assumed(string name, FormattableString value, string source) => new(name, value.ToString(CultureInfo.InvariantCulture), source);

    private static TwinAssumption Assumed(string name, string value, string source) => new(name, value, source);
}
