using System.Text.Json.Nodes;
using ControlPlane.Domain;
using ControlPlane.Facility.Reliability;
using ControlPlane.Scheduling;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Serving;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Events;

/// <summary>Everything that a run of the twin assumes. The same plan gives the same run, to the byte.</summary>
public sealed record TwinPlan
{
    /// <summary>Every draw follows from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The name of the hall among the manifests.</summary>
    public required string Hall { get; init; }

    /// <summary>The factory's objects as JSON manifests, as in a snapshot.</summary>
    public required IReadOnlyList<JsonObject> Manifests { get; init; }

    /// <summary>Jobs that run or wait when the run begins, as in a hall that was handed over; those that run hold their places.</summary>
    public IReadOnlyList<PresentJob> Present { get; init; } = [];

    /// <summary>Nodes that take nothing new all the time, by name.</summary>
    public IReadOnlyList<string> ClosedNodes { get; init; } = [];

    /// <summary>Gangs that are submitted, in order of submission.</summary>
    public IReadOnlyList<TracedJob> Jobs { get; init; } = [];

    /// <summary>Gangs that are drawn, after those of the list; null for none.</summary>
    public JobFit? Drawn { get; init; }

    /// <summary>Inference services, present from the start.</summary>
    public IReadOnlyList<ServicePlan> Services { get; init; } = [];

    /// <summary>Faults by script.</summary>
    public IReadOnlyList<TwinFault> Faults { get; init; } = [];

    /// <summary>The queue of jobs whose own is not declared.</summary>
    public string Queue { get; init; } = "default";

    /// <summary>Failures per node and day, 0 or more; at any instant alike likely.</summary>
    public double FailuresPerNodeDay { get; init; }

    /// <summary>Where the rate comes from.</summary>
    public string FailureSource { get; init; } = "none";

    /// <summary>
    /// Share of failures after which the node works again at once and only its jobs start again. Of the 419 unplanned
    /// interruptions of Llama 3 405B, 54 were software and 7 watchdog timeouts (arXiv:2407.21783, table 5).
    /// </summary>
    public double SoftwareShare { get; init; } = 61.0 / 419;

    /// <summary>Mean hours until a node that failed otherwise is back, exponentially distributed. Assumed: nobody publishes it.</summary>
    public double RepairHours { get; init; } = 24;

    /// <summary>Seconds that a checkpoint stops a gang.</summary>
    public double CheckpointSeconds { get; init; } = 60;

    /// <summary>Seconds of work between checkpoints; null for Young's interval of each gang, or never where nothing fails.</summary>
    public double? CheckpointEverySeconds { get; init; }

    /// <summary>Seconds from a restart until work goes on: five minutes (Kokolis et al., HPCA 2025).</summary>
    public double RestartSeconds { get; init; } = 300;

    /// <summary>
    /// Share of the range between idle and limit that a training GPU draws: 619 of 700 W make 76 % of a DGX H100's nameplate,
    /// which was measured in intensive training.
    /// </summary>
    public double TrainingUtilisation { get; init; } = 0.87;

    /// <summary>none, easy or conservative: for whom starts are reserved.</summary>
    public string Backfill { get; init; } = "none";

    /// <summary>Bandwidth in Gb/s that each GPU of a gang of the list needs once it leaves one NVLink domain, 0 or more: by it gangs reserve trunks.</summary>
    public double NetworkPerGpu { get; init; }

    /// <summary>The level that gangs of several nodes prefer to stay within: rack, leaf, spine or none.</summary>
    public string Preferred { get; init; } = "leaf";

    /// <summary>How many waiting jobs of one pass look for room to be made.</summary>
    public int Searches { get; init; } = 4;

    /// <summary>Price of electricity in dollars; null when nobody states one, and then nothing is said of costs.</summary>
    public double? DollarsPerKilowattHour { get; init; }

    /// <summary>What an hour of each GPU of the hall costs without electricity, at work or not; 0 when nobody states it.</summary>
    public double DollarsPerGpuHour { get; init; }

    /// <summary>Seconds of a row of results.</summary>
    public int SampleSeconds { get; init; } = 3600;

    /// <summary>The rate as the formulas know it.</summary>
    internal FailureRate Failures => FailureRate.FromPerNodeDay(FailuresPerNodeDay);

    /// <summary>The first thing that is wrong, or null.</summary>
    public string? Fault() =>
        !(FailuresPerNodeDay is >= 0 and <= 100) ? $"failures per node and day: 0 to 100 was expected, not {FailuresPerNodeDay}."
        : !(SoftwareShare is >= 0 and <= 1) ? $"share of software failures: 0 to 1 was expected, not {SoftwareShare}."
        : !(RepairHours is > 0 and <= 100_000) ? $"hours of a repair: above 0 was expected, not {RepairHours}."
        : !(CheckpointSeconds is >= 0 and <= 1e6) ? $"seconds of a checkpoint: 0 or more was expected, not {CheckpointSeconds}."
        : CheckpointEverySeconds is not (null or (> 0 and <= 1e9)) ? $"seconds between checkpoints: above 0 was expected, not {CheckpointEverySeconds}."
        : CheckpointEverySeconds is null && CheckpointSeconds == 0 && FailuresPerNodeDay > 0 ? "seconds between checkpoints: Young's interval of a checkpoint that costs nothing is nothing; state an interval."
        : !(RestartSeconds is >= 0 and <= 1e6) ? $"seconds of a restart: 0 or more was expected, not {RestartSeconds}."
        : !(TrainingUtilisation is >= 0 and <= 1) ? $"utilisation of training: 0 to 1 was expected, not {TrainingUtilisation}."
        : DollarsPerKilowattHour is not (null or (>= 0 and <= 100)) ? $"dollars for a kWh: 0 to 100 was expected, not {DollarsPerKilowattHour}."
        : !(DollarsPerGpuHour is >= 0 and <= 10_000) ? $"dollars for an hour of a GPU: 0 to 10,000 was expected, not {DollarsPerGpuHour}."
        : Backfill is not ("none" or "easy" or "conservative") ? $"backfill: none, easy or conservative was expected, not '{Backfill}'."
        : Preferred is not ("none" or "rack" or "leaf" or "spine") ? $"preferred level: rack, leaf, spine or none was expected, not '{Preferred}'."
        : !(NetworkPerGpu is >= 0 and <= 100_000) ? $"bandwidth of a GPU: 0 to 100,000 Gb/s was expected, not {NetworkPerGpu}."
        : Searches is < 0 or > 10_000 ? $"searches: 0 to 10,000 was expected, not {Searches}."
        : SampleSeconds is < 1 or > 21_600 ? $"seconds of a row: 1 to 21,600 was expected, not {SampleSeconds}."
        : null;
}

/// <summary>A job that is there when a run begins.</summary>
/// <param name="Manifest">The job as a JSON manifest.</param>
/// <param name="Place">Where it runs; null while it waits.</param>
public sealed record PresentJob(JsonObject Manifest, PlaceImage? Place)
{
    /// <summary>Seconds of its work that a checkpoint holds, 0 or more.</summary>
    public double SavedSeconds { get; init; }

    /// <summary>Seconds of its work that are done, at least those that are saved.</summary>
    public double DoneSeconds { get; init; }
}

/// <summary>Where a job's tasks are, by indexes of the hall's layout.</summary>
/// <param name="Percent">The power limit of its GPUs, in percent.</param>
/// <param name="Tasks">Tasks, each as group, number, node, thousandths of a GPU, memory slice of an instance or -1, and then its GPUs.</param>
public sealed record PlaceImage(int Percent, IReadOnlyList<IReadOnlyList<int>> Tasks)
{
    /// <summary>The place of an assignment.</summary>
    public static PlaceImage Of(Assignment assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        return new(assignment.PowerPercent, [.. assignment.Tasks.Select(task => (IReadOnlyList<int>)[task.Group, task.Task, task.Node, task.GpuMilli, task.Slot, .. task.Gpus])]);
    }

    /// <summary>The assignment of this place.</summary>
    /// <exception cref="ArgumentException">A task has fewer numbers than that.</exception>
    public Assignment ToAssignment() => Tasks.All(task => task.Count >= GpusFrom)
        ? new(Tasks.Select(task => new TaskPlacement(task[0], task[1], task[2], task.Skip(GpusFrom).ToValueList(), task[3]) { Slot = task[4] }).ToValueList()) { PowerPercent = Percent }
        : throw new ArgumentException("A task is group, number, node, thousandths and slice, and then its GPUs.");

    private const int GpusFrom = 5;
}

/// <summary>A fault by script.</summary>
/// <param name="AtSeconds">When, from the start.</param>
/// <param name="Kind">node, rack, limit or link.</param>
/// <param name="Name">The node, rack, power domain or trunk.</param>
/// <param name="ForSeconds">How long, above 0.</param>
/// <param name="Kilowatts">For a limit: what the domain may carry meanwhile; else null.</param>
public sealed record TwinFault(double AtSeconds, string Kind, string Name, double ForSeconds, double? Kilowatts = null)
{
    /// <summary>For a trunk that carries less: the share of its bandwidth that is left, 0 to 1. Without it, and without flapping, the trunk is dead.</summary>
    public double? LeftShare { get; init; }

    /// <summary>For a trunk that flaps: how long it is down each time, above 0; for longer than 7 s it breaks the gangs across it.</summary>
    public double? DownSeconds { get; init; }

    /// <summary>For a trunk that flaps: from one fall to the next, more than it is down.</summary>
    public double? EverySeconds { get; init; }
}
