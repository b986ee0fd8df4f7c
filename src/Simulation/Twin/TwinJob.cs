using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Simulation.Twin;

/// <summary>A job of a virtual hall.</summary>
/// <param name="name">Its name.</param>
/// <param name="curve">Speed and draw by cap.</param>
/// <param name="flex">How much it may lose.</param>
public sealed class TwinJob(string name, CapCurve curve, FlexClass flex)
{
    private readonly List<TwinPart> _parts = [];

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Speed and draw by cap.</summary>
    public CapCurve Curve { get; } = curve;

    /// <summary>How much it may lose.</summary>
    public FlexClass Flex { get; } = flex;

    /// <summary>What one GPU draws without a cap, by time since the start; the curve's own figure by default.</summary>
    public Func<TimeSpan, Watts> Demand { get; init; } = _ => curve.UncappedDraw;

    /// <summary>Draw of a GPU that waits.</summary>
    public Watts Idle { get; init; } = Watts.FromWatts(80);

    /// <summary>Lowest cap that its devices accept.</summary>
    public Watts LeastCap { get; init; } = Watts.FromWatts(100);

    /// <summary>The devices' own limit.</summary>
    public Watts MostCap { get; init; } = Watts.FromWatts(700);

    /// <summary>Tokens that a GPU makes in a second at full speed.</summary>
    public double TokensPerGpuSecond { get; init; } = 1000;

    /// <summary>How much of that it is asked for, 0 to 1, by time since the start; all of it by default.</summary>
    public Func<TimeSpan, double> Asked { get; init; } = _ => 1;

    /// <summary>True when its GPUs wait for one another, so that the slowest sets the pace.</summary>
    public bool IsGang { get; init; } = true;

    /// <summary>How often it saves its work; zero for never.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long saving takes.</summary>
    public TimeSpan CheckpointTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Index of the link that its collectives cross, or -1.</summary>
    public int Link { get; set; } = -1;

    /// <summary>What its collectives need on that link while they run, over the link's capacity; 0 to 1 without contention.</summary>
    public double LinkShare { get; init; }

    /// <summary>Where it runs.</summary>
    public IReadOnlyList<TwinPart> Parts => _parts;

    /// <summary>GPUs it holds.</summary>
    public int Gpus { get; private set; }

    /// <summary>What it is doing.</summary>
    public TwinJobState State { get; set; } = TwinJobState.Running;

    /// <summary>Seconds of full speed it has worked.</summary>
    public double DoneSeconds { get; internal set; }

    /// <summary>Seconds of full speed that a checkpoint holds.</summary>
    public double SavedSeconds { get; internal set; }

    /// <summary>Seconds it has spent on the checkpoint at hand.</summary>
    internal double SavingSeconds { get; set; }

    /// <summary>Speed over the uncapped speed, now.</summary>
    public double Speed { get; internal set; }

    /// <summary>What it puts out now, in GPUs at full speed.</summary>
    public double Output(TimeSpan now) => Speed * Gpus * Asked(now);

    /// <summary>GPU-hours of work that were lost with it so far.</summary>
    public double LostGpuHours { get; internal set; }

    /// <summary>How often it lost its GPUs without having saved.</summary>
    public int Kills { get; internal set; }

    /// <summary>Puts GPUs of a rack under it.</summary>
    public TwinJob On(int rack, int gpus)
    {
        _parts.Add(new TwinPart(this, rack, gpus));
        Gpus += gpus;
        return this;
    }
}

/// <summary>What a job is doing.</summary>
public enum TwinJobState
{
    /// <summary>It works.</summary>
    Running,

    /// <summary>It saves its work and is paused then.</summary>
    Saving,

    /// <summary>It waits, its work saved.</summary>
    Paused,

    /// <summary>Its GPUs are gone.</summary>
    Stopped,
}
