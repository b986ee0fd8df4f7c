namespace ControlPlane.Simulation.Events;

/// <summary>What holds from one event to the next.</summary>
/// <param name="HeldMilliGpus">Thousandths of GPUs that jobs hold.</param>
/// <param name="Milliwatts">What the equipment draws.</param>
/// <param name="MeterMilliwatts">What the meter counts.</param>
/// <param name="NodesOut">Nodes that are out.</param>
/// <param name="Waiting">Jobs that wait.</param>
/// <param name="Running">Jobs that run.</param>
/// <param name="MilliTokens">Thousandths of tokens that services write in a second.</param>
/// <param name="BudgetMilliwatts">What the feeds may carry.</param>
/// <param name="HottestMilli">The hottest die, in thousandths of a degree.</param>
internal readonly record struct Level(
    long HeldMilliGpus, long Milliwatts, long MeterMilliwatts, int NodesOut, int Waiting, int Running, long MilliTokens, long BudgetMilliwatts, long HottestMilli);

/// <summary>One row of results: means over a span of time, and sums in it.</summary>
public sealed record TwinSample
{
    /// <summary>Its end, in hours from the start.</summary>
    public double Hours { get; init; }

    /// <summary>GPUs that jobs held, in the mean.</summary>
    public double GpusHeld { get; init; }

    /// <summary>Nodes that were out, in the mean.</summary>
    public double NodesOut { get; init; }

    /// <summary>Jobs that waited, in the mean.</summary>
    public double JobsWaiting { get; init; }

    /// <summary>Jobs that ran, in the mean.</summary>
    public double JobsRunning { get; init; }

    /// <summary>What the equipment drew, in the mean.</summary>
    public double Kilowatts { get; init; }

    /// <summary>The most that it drew.</summary>
    public double MostKilowatts { get; init; }

    /// <summary>What the feeds could carry together, limits in force, in the mean; 0 where no feed is declared.</summary>
    public double BudgetKilowatts { get; init; }

    /// <summary>The hottest die of a GPU at work, in degrees Celsius, settled under its draw; 0 without any.</summary>
    public double HottestDie { get; init; }

    /// <summary>What the meter counted, in the mean.</summary>
    public double MeterKilowatts { get; init; }

    /// <summary>Tokens that services wrote.</summary>
    public double Tokens { get; init; }

    /// <summary>Dollars for it, by the prices of the plan; 0 where none is stated.</summary>
    public double Dollars { get; init; }
}

/// <summary>Sums levels over time into rows. Sums are whole numbers, so that it makes no difference at which instants a run was looked at.</summary>
internal sealed class Integrals(long period)
{
    private long _held;
    private long _milliwatts;
    private long _meter;
    private long _out;
    private long _waiting;
    private long _running;
    private long _most;
    private long _tokens;
    private long _budget;
    private long _hottest;

    public List<TwinSample> Rows { get; } = [];

    /// <summary>Until when everything is summed.</summary>
    public long At { get; private set; }

    /// <summary>Where the present row began.</summary>
    public long RowBegan { get; private set; }

    /// <summary>The sums of the present row, to be saved and put back.</summary>
    public long[] Row
    {
        get => [_held, _milliwatts, _meter, _out, _waiting, _running, _most, _tokens, _budget, _hottest];
        set => (_held, _milliwatts, _meter, _out, _waiting, _running, _most, _tokens, _budget, _hottest) =
            (value[0], value[1], value[2], value[3], value[4], value[5], value[6], value[7], value[8], value[9]);
    }

    public void StandAt(long at, long rowBegan) => (At, RowBegan) = (at, rowBegan);

    public void To(long until, Level level)
    {
        while (At < until)
        {
            var next = Math.Min(until, RowBegan + period);
            Add(next - At, level);
            At = next;
            if (At == RowBegan + period)
                Close();
        }
    }

    /// <summary>Ends the present row early, at the end of a run.</summary>
    public void Close()
    {
        var span = (double)(At - RowBegan);
        if (span == 0)
            return;
        Rows.Add(new TwinSample
        {
            Hours = At / 3.6e6,
            GpusHeld = _held / span / 1000,
            NodesOut = _out / span,
            JobsWaiting = _waiting / span,
            JobsRunning = _running / span,
            Kilowatts = _milliwatts / span / 1e6,
            MostKilowatts = _most / 1e6,
            BudgetKilowatts = _budget / span / 1e6,
            HottestDie = _hottest / 1000.0,
            MeterKilowatts = _meter / span / 1e6,
            Tokens = _tokens / 1e6,
        });
        (_held, _milliwatts, _meter, _out, _waiting, _running, _most, _tokens, _budget, _hottest) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        RowBegan = At;
    }

    private void Add(long span, Level level)
    {
        checked
        {
            _held += level.HeldMilliGpus * span;
            _milliwatts += level.Milliwatts * span;
            _meter += level.MeterMilliwatts * span;
            _out += level.NodesOut * span;
            _waiting += level.Waiting * span;
            _running += level.Running * span;
            _tokens += level.MilliTokens * span;
            _budget += level.BudgetMilliwatts * span;
        }
        _hottest = Math.Max(_hottest, level.HottestMilli);
        _most = Math.Max(_most, level.Milliwatts);
    }
}
