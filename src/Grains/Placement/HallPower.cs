using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// Keeps what running jobs draw within what is asked of feeds: limits of flexible jobs are lowered, less is committed once
/// every rack has confirmed, and they are raised again when there is room.
/// </summary>
internal sealed class HallPower(HallBook book, double risePerSecond, double timeScale, Func<DateTimeOffset> now, Action<LedgerEntry> record)
{
    private readonly Dictionary<RackId, long> _followed = [];
    private readonly PowerRamp _ramp = new(risePerSecond, now());
    private (long Changes, JobId? Job, int Windows) _lookedAt = (-1, null, 0);
    private long _allRaisedAt = -1;
    private DateTimeOffset _loweredAt;

    /// <summary>How long racks may take to confirm before others act as if they never did.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>True while jobs are on their way to draw less; a rack that stays silent does not hold up the hall.</summary>
    public bool IsUnderWay => book.BeingLowered.Count > 0 && now() - _loweredAt < Patience;

    private long Next => book.Sequence + 1;

    /// <summary>Has flexible jobs draw less where a domain carries more than was asked of it.</summary>
    public void Relieve()
    {
        if (book.State is null || Asked(book) is not { Count: > 0 } asked || LowerOf(book) is not { Count: > 0 } lower)
            return;
        _loweredAt = now();
        var names = string.Join(", ", asked.Select(one => $"{book.State.Layout.PowerDomains[one.Key].Id} is to come down to {one.Value}"));
        record(new PowerLowered(Next, now(), lower, names + ".", null));
    }

    /// <summary>Has flexible jobs draw less where the first of those who wait would then start.</summary>
    public void MakeRoom()
    {
        if (book.State is null || book.WaitingCount == 0 || IsUnderWay || book.Limits.Fired.Count > 0 || Asked(book).Count > 0)
            return;
        // Nothing changes what fits when a job comes to the head of the line, but what it may ask of others does; a window that
        // is over no longer bars it.
        var at = now();
        var look = (book.Changes, book.Waiting.First().Job, HallDecisions.Windows(book, at, timeScale).Count);
        if (_lookedAt == look)
            return;
        _lookedAt = look;
        var first = look.Job;
        if (RoomOf(book, first, (ulong)Next, at, timeScale) is not { Count: > 0 } lower)
            return;
        _loweredAt = at;
        record(new PowerLowered(Next, at, lower, $"{first} can start then.", first));
    }

    /// <summary>Takes note of the orders whose limits a rack's devices keep; what holds on all racks of a job is in force.</summary>
    public void Hear(RackId rack, long revision)
    {
        _followed[rack] = revision;
        // Only what runs on this rack can be confirmed by it.
        if (book.BeingLowered.Count == 0 || !book.Names.Racks.TryGetValue(rack, out var index))
            return;
        var confirmed = book.OnRack(index).Where(job => job.OrderedPercent > 0 && IsFollowed(job)).Select(job => new JobPercent(job.Job, job.OrderedPercent)).ToValueList();
        if (confirmed.Count > 0)
            record(new PowerConfirmed(Next, now(), confirmed));
    }

    /// <summary>Lets jobs draw more where nothing waits for the power, no faster than the ramp.</summary>
    public void Restore()
    {
        if (book.State is not { } state || book.WaitingCount > 0 || IsUnderWay || book.Limits.Fired.Count > 0 || Asked(book).Count > 0)
        {
            _ramp.Restart(now());
            return;
        }
        if (_allRaisedAt == book.Changes)
            return;
        var whole = Watts.FromWatts(state.Layout.PowerDomains.Where(domain => domain.Parent < 0).Sum(domain => domain.Limit.Value));
        var (together, alone) = (_ramp.Together(now(), whole), _ramp.Alone(now(), whole));
        if (!TryRaise(together, false) && !(alone > together && TryRaise(alone, true)) && alone >= whole)
            _allRaisedAt = book.Changes;
    }

    private bool TryRaise(Watts most, bool alone)
    {
        if (RaiseOf(book, most, alone) is not { Count: > 0 } raise)
            return false;
        _ramp.Restart(now());
        record(new PowerRaised(Next, now(), raise, most) { Alone = alone });
        return true;
    }

    /// <summary>The limits that a hall would lower now.</summary>
    public static ValueList<JobPercent> LowerOf(HallBook book) =>
        PowerRelief.Lower(book.State!, Asked(book), job => book.Jobs[job].PercentToKeep, job => book.Jobs[job].Submitted);

    /// <summary>The limits that a hall would lower for a waiting job; none where a window would bar it all the same.</summary>
    public static ValueList<JobPercent> RoomOf(HallBook book, JobId job, ulong seed, DateTimeOffset at, double timeScale)
    {
        var spec = book.Jobs[job].Spec;
        return PowerRoom.For(
            book.State!, job, spec, other => book.Jobs[other].Submitted, PlacementProfile.Factory, seed,
            assignment => HallDecisions.InTheWay(book, job, spec, assignment, at, timeScale) is not null);
    }

    /// <summary>The limits that a hall would raise now, by no more than the ramp allows.</summary>
    public static ValueList<JobPercent> RaiseOf(HallBook book, Watts most, bool alone) =>
        PowerRelief.Raise(book.State!, job => book.Jobs[job].OrderedPercent == 0, job => book.Jobs[job].Submitted, most, alone);

    // Domains that carry more than was asked of them, by index.
    private static Dictionary<int, Watts> Asked(HallBook book)
    {
        var asked = new Dictionary<int, Watts>();
        for (var domain = 0; domain < book.State!.Layout.PowerDomains.Count; domain++)
        {
            var target = book.Limits.Target(book.State, domain);
            if (book.State.PowerCommitted(domain) > target)
                asked.Add(domain, target);
        }
        return asked;
    }

    private bool IsFollowed(JobEntry job) =>
        book.Names.RacksOf(job.Assignment!).All(rack => _followed.GetValueOrDefault(book.Names.Layout.Racks[rack].Id) >= job.OrderedAt);
}
