using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// Keeps what running jobs draw within what is asked of feeds: limits of flexible jobs are lowered, less is committed once
/// every rack has confirmed, and they are raised again when there is room.
/// </summary>
internal sealed class HallPower(HallBook book, double risePerSecond, Func<DateTimeOffset> now, Action<LedgerEntry> record)
{
    private readonly Dictionary<RackId, long> _followed = [];
    private DateTimeOffset _raisedAt;
    private (long Changes, JobId? Job) _lookedAt = (-1, null);
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
        if (book.State is null || book.WaitingCount == 0 || IsUnderWay || Asked(book).Count > 0)
            return;
        // Nothing changes what fits when a job comes to the head of the line, but what it may ask of others does.
        var first = book.Waiting.First();
        if (_lookedAt == (book.Changes, first.Job))
            return;
        _lookedAt = (book.Changes, first.Job);
        if (RoomOf(book, first.Job, (ulong)Next) is not { Count: > 0 } lower)
            return;
        _loweredAt = now();
        record(new PowerLowered(Next, now(), lower, $"{first.Job} can start then.", first.Job));
    }

    /// <summary>Takes note of the orders that a rack follows; what all racks of a job follow is in force.</summary>
    public void Hear(RackId rack, long revision)
    {
        _followed[rack] = revision;
        if (book.BeingLowered.Count == 0)
            return;
        var confirmed = book.BeingLowered.Select(job => book.Jobs[job]).Where(IsFollowed).Select(job => new JobPercent(job.Job, job.OrderedPercent)).ToValueList();
        if (confirmed.Count > 0)
            record(new PowerConfirmed(Next, now(), confirmed));
    }

    /// <summary>Lets jobs draw more where nothing waits for the power, no faster than the ramp.</summary>
    public void Restore()
    {
        if (book.State is not { } state || book.WaitingCount > 0 || IsUnderWay || Asked(book).Count > 0)
            return;
        var seconds = Math.Min(10, (now() - _raisedAt).TotalSeconds);
        var whole = state.Layout.PowerDomains.Where(domain => domain.Parent < 0).Sum(domain => domain.Limit.Value);
        var most = whole > 0 ? Watts.FromWatts(whole * risePerSecond * seconds) : Watts.FromWatts(1e12);
        if (RaiseOf(book, most) is not { Count: > 0 } raise)
            return;
        _raisedAt = now();
        record(new PowerRaised(Next, now(), raise, most));
    }

    /// <summary>The limits that a hall would lower now.</summary>
    public static ValueList<JobPercent> LowerOf(HallBook book) =>
        PowerRelief.Lower(book.State!, Asked(book), job => book.Jobs[job].PercentToKeep, job => book.Jobs[job].Submitted);

    /// <summary>The limits that a hall would lower for a waiting job.</summary>
    public static ValueList<JobPercent> RoomOf(HallBook book, JobId job, ulong seed) =>
        PowerRoom.For(book.State!, job, book.Jobs[job].Spec, other => book.Jobs[other].Submitted, PlacementProfile.Factory, seed);

    /// <summary>The limits that a hall would raise now, by no more than the ramp allows.</summary>
    public static ValueList<JobPercent> RaiseOf(HallBook book, Watts most) =>
        PowerRelief.Raise(book.State!, job => book.Jobs[job].OrderedPercent == 0, job => book.Jobs[job].Submitted, most);

    // Domains that carry more than was asked of them, by index.
    private static Dictionary<int, Watts> Asked(HallBook book) => book.Conditions.Requested
        .Where(one => book.Names.Domains.TryGetValue(one.Key, out var domain) && book.State!.PowerCommitted(domain) > one.Value)
        .ToDictionary(one => book.Names.Domains[one.Key], one => one.Value);

    private bool IsFollowed(JobEntry job) =>
        book.Names.RacksOf(job.Assignment!).All(rack => _followed.GetValueOrDefault(book.Names.Layout.Racks[rack].Id) >= job.OrderedAt);
}
