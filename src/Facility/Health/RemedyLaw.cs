using System.Globalization;
using ControlPlane.Domain;

namespace ControlPlane.Facility.Health;

/// <summary>One automatic remedy's mode and its rate.</summary>
/// <param name="Remedy">The remedy.</param>
/// <param name="Mode">How far it goes.</param>
/// <param name="MostPerHour">At most so often within an hour, 0 to 10,000.</param>
public readonly record struct RemedyRule(Remedy Remedy, RemedyMode Mode, int MostPerHour);

/// <summary>A remedy that was considered before.</summary>
/// <param name="Gpu">The GPU that reported the fault.</param>
/// <param name="Node">Its node.</param>
/// <param name="Remedy">The remedy.</param>
/// <param name="State">What came of it.</param>
/// <param name="At">When.</param>
/// <param name="ClosedGpus">GPUs that it keeps from work while it is being carried out.</param>
public sealed record PastRemedy(GpuId Gpu, NodeId Node, Remedy Remedy, RemedyState State, TimeSpan At, int ClosedGpus);

/// <summary>What is to be done about a fault.</summary>
/// <param name="Remedy">The remedy.</param>
/// <param name="State">Whether it is carried out.</param>
/// <param name="Because">Why, for a person.</param>
public sealed record RemedyVerdict(Remedy Remedy, RemedyState State, string Because);

/// <summary>
/// Which remedies are carried out by themselves. A fault that one remedy did not cure gets the next; none goes on more often
/// than its rate, and together they never close more than a share of a hall: a driver release that makes every GPU report a
/// fault would else empty it.
/// </summary>
/// <param name="Rules">Rules by remedy; one that is missing acts, at most <see cref="UsualRate"/> times an hour.</param>
/// <param name="MostClosedShare">Most of the hall's GPUs that remedies may keep from work at once, 0 to 1.</param>
public sealed record RemedyLaw(ValueList<RemedyRule> Rules, double MostClosedShare)
{
    /// <summary>Times an hour of a remedy without a rule. Ours: a hall of 10,000 GPUs at published rates of failure needs one in some hours.</summary>
    public const int UsualRate = 20;

    /// <summary>So many resets of one GPU within a day did not cure it, and so much work that faulted on it points to it. Ours.</summary>
    public const int MostRepeats = 3;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Everything acts, and at most a twentieth of a hall is closed.</summary>
    public static RemedyLaw Default { get; } = new([], 0.05);

    /// <summary>A remedy's rule.</summary>
    public RemedyRule RuleOf(Remedy remedy)
    {
        foreach (var rule in Rules)
        {
            if (rule.Remedy == remedy)
                return rule;
        }
        return new RemedyRule(remedy, RemedyMode.Act, UsualRate);
    }

    /// <summary>What is to be done.</summary>
    /// <param name="xid">What was reported.</param>
    /// <param name="gpu">By which GPU.</param>
    /// <param name="node">Its node.</param>
    /// <param name="nodeGpus">GPUs of the node.</param>
    /// <param name="hallGpus">GPUs of the hall.</param>
    /// <param name="past">What was considered before.</param>
    /// <param name="now">The instant.</param>
    public RemedyVerdict Decide(Xid xid, GpuId gpu, NodeId node, int nodeGpus, int hallGpus, IReadOnlyCollection<PastRemedy> past, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(xid);
        ArgumentNullException.ThrowIfNull(past);
        if (xid.Remedy == Remedy.None)
            return new RemedyVerdict(Remedy.None, RemedyState.Noted, "nothing is to be done about it by itself");
        var (remedy, because) = Escalated(xid.Remedy, gpu, past, now);
        var rule = RuleOf(remedy);
        if (rule.Mode != RemedyMode.Act)
            return rule.Mode == RemedyMode.Off
                ? new RemedyVerdict(remedy, RemedyState.Noted, because + "the remedy is switched off")
                : new RemedyVerdict(remedy, RemedyState.DryRun, because + "the remedy is a dry run");
        var holds = past.FirstOrDefault(one => one.State == RemedyState.Acting && one.Remedy >= remedy && (one.Gpu == gpu || (one.Node == node && one.Remedy >= Remedy.Drain)));
        if (holds is not null)
            return new RemedyVerdict(remedy, RemedyState.Noted, because + $"{holds.Remedy.Words()} is under way for {holds.Gpu}");
        return Limit(remedy, rule, nodeGpus, hallGpus, past, now) is { } limit
            ? new RemedyVerdict(remedy, RemedyState.HeldBack, because + limit)
            : new RemedyVerdict(remedy, RemedyState.Acting, because.Length == 0 ? "as the table says" : because.TrimEnd(';', ' '));
    }

    /// <summary>GPUs that a remedy keeps from work while it is carried out.</summary>
    public static int Closes(Remedy remedy, int nodeGpus) => remedy switch
    {
        Remedy.ResetGpu => 1,
        Remedy.Drain or Remedy.Replace => nodeGpus,
        _ => 0,
    };

    private static (Remedy Remedy, string Because) Escalated(Remedy remedy, GpuId gpu, IEnumerable<PastRemedy> past, TimeSpan now)
    {
        var tried = past.Where(one => one.Gpu == gpu && now - one.At <= Day && one.State is RemedyState.Done or RemedyState.Failed or RemedyState.Acting).ToList();
        var because = "";
        if (remedy == Remedy.RestartJob && tried.Count(one => one.Remedy == Remedy.RestartJob) is >= MostRepeats and var faults)
            (remedy, because) = (Remedy.ResetGpu, $"work on it has faulted {faults} times within a day; ");
        if (remedy == Remedy.ResetGpu && tried.Count(one => one is { Remedy: Remedy.ResetGpu, State: RemedyState.Done or RemedyState.Failed }) is >= MostRepeats and var resets)
            (remedy, because) = (Remedy.Replace, because + $"it was reset {resets} times within a day; ");
        return (remedy, because);
    }

    private string? Limit(Remedy remedy, RemedyRule rule, int nodeGpus, int hallGpus, IReadOnlyCollection<PastRemedy> past, TimeSpan now)
    {
        var lately = past.Count(one => one.Remedy == remedy && now - one.At < Hour && one.State is RemedyState.Acting or RemedyState.Done or RemedyState.Failed);
        if (lately >= rule.MostPerHour)
            return $"it was carried out {lately} times within the hour, and {rule.MostPerHour} are allowed";
        var (closes, closed) = (Closes(remedy, nodeGpus), past.Where(one => one.State == RemedyState.Acting).Sum(one => one.ClosedGpus));
        return closes > 0 && closed + closes > MostClosedShare * hallGpus
            ? string.Create(CultureInfo.InvariantCulture, $"remedies would keep {closed + closes} of the hall's {hallGpus} GPUs from work, and {MostClosedShare:P0} are allowed")
            : null;
    }
}

/// <summary>Remedies in words.</summary>
public static class RemedyWords
{
    /// <summary>Such as <c>reset-gpu</c>: the name that operators write.</summary>
    public static string Words(this Remedy remedy) => remedy switch
    {
        Remedy.None => "none",
        Remedy.RestartJob => "restart-job",
        Remedy.ResetGpu => "reset-gpu",
        Remedy.Drain => "drain",
        Remedy.Replace => "replace",
        _ => throw new ArgumentOutOfRangeException(nameof(remedy), remedy, "There is no such remedy."),
    };

    /// <summary>Such as <c>held back</c>.</summary>
    public static string Words(this RemedyState state) => state switch
    {
        RemedyState.Noted => "noted",
        RemedyState.DryRun => "dry run",
        RemedyState.HeldBack => "held back",
        RemedyState.Acting => "acting",
        RemedyState.Done => "done",
        RemedyState.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state."),
    };
}
