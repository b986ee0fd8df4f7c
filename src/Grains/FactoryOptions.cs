using System.ComponentModel.DataAnnotations;

namespace ControlPlane.Grains;

/// <summary>How the factory's grains behave.</summary>
public sealed class FactoryOptions
{
    /// <summary>Simulated seconds that pass in one second on simulated GPUs. Default 1.</summary>
    [Range(0.001, Placement.WorkSaved.MostTimeScale)]
    public double TimeScale { get; set; } = 1;

    /// <summary>
    /// For which waiting jobs starts are reserved, so that later ones do not delay them: none, easy (the first) or
    /// conservative (the first <see cref="BackfillDepth"/>). It goes by expected durations. Default none.
    /// </summary>
    public Scheduling.Backfill Backfill { get; set; }

    /// <summary>
    /// After how long what a queue used counts half as much against it when what is left beyond all quotas is shared out;
    /// zero (default): the past does not count. It is counted from the hall's activation.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan UsageHalfLife { get; set; }

    /// <summary>How many starts conservative backfilling reserves. Default 16.</summary>
    [Range(1, 1024)]
    public int BackfillDepth { get; set; } = 16;

    /// <summary>
    /// What running jobs that were limited may draw more in a second, as a share of what the hall's feeds carry. Default 0.01.
    /// </summary>
    [Range(0.0001, 1)]
    public double PowerRisePerSecond { get; set; } = 0.01;

    /// <summary>How often what may be booked over limits is judged anew. Default five seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan SteeringPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a limit may stay exceeded, with every flexible job lowered, before jobs are moved or paused. Default ten seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PauseAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a rack reports to its hall. Default one second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan ReportPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>After this long without a report a rack is told its orders again. Default five seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan SilentRack { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// So long an agent goes on working without an answer from any host. A little later, when it must have stopped, its node
    /// counts as failed and its jobs go elsewhere. Default one minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:02", "1.00:00:00")]
    public TimeSpan AgentTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often each idle node of an agent is tested in the background; zero (default): never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan CheckEvery { get; set; }

    /// <summary>The queue that background checks go to. Default research.</summary>
    [Required]
    public string CheckQueue { get; set; } = "research";

    /// <summary>A trunk that goes down so often within <see cref="LinkFallsWithin"/> is taken out of use until it is steady. Default 3.</summary>
    [Range(1, 1000)]
    public int LinkFalls { get; set; } = 3;

    /// <summary>Within which time a trunk's falls are counted together. Default ten minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LinkFallsWithin { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a trunk that flapped must be read as up, without a gap, before it is used again. Default ten minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LinkSteady { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often every hall is woken, so that one whose silo died goes on. Default five seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan WakePeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Entries after which a hall's ledger is summed up in a snapshot. Default 4096.</summary>
    [Range(16, 1_000_000)]
    public int SnapshotEvery { get; set; } = 4096;
}
