using ControlPlane.Domain;
using ControlPlane.Facility.Cooling;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// Keeps a hall within what its cooling does: hot racks take nothing new before their devices throttle; where a loop is lost,
/// the lowest caps are fired at once, and jobs leave at their next checkpoint, or without one before the heat is there.
/// </summary>
internal sealed class HallCooling(
    HallBook book, HallTelemetry telemetry, double timeScale, Func<DateTimeOffset> now, Action<LedgerEntry> record, Action<ValueList<RackId>> fireLowest)
{
    /// <summary>
    /// How long jobs may wait for their next checkpoint: at the lowest caps, 200 W, a cold plate without flow takes 56 s from 76 C to
    /// 90 C (the physics of <see cref="Facility.ThermalMass"/>); half of that is left to moving.
    /// </summary>
    private static readonly TimeSpan WaitForCheckpoint = TimeSpan.FromSeconds(28);

    /// <summary>Work that counts as just saved.</summary>
    private static readonly TimeSpan JustSaved = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    /// <summary>Looks that must agree that a rack will be too hot: work that starts makes a die jump once.</summary>
    private const int LooksThatAgree = 2;

    private readonly Dictionary<RackId, RackHeat> _seen = [];
    private DateTimeOffset _lookedAt;

    private long Next => book.Sequence + 1;

    /// <summary>A loop is lost, or back.</summary>
    public void Set(CoolingLoopId loop, bool isLost, string because)
    {
        if (isLost == book.Conditions.LostSince(loop) is not null)
            return;
        var racks = book.Names.RacksOn(loop).Select(rack => book.Names.Layout.Racks[rack].Id).ToValueList();
        if (isLost)
            fireLowest(racks);
        record(new LoopChanged(Next, now(), loop, isLost, because));
        if (isLost)
            record(new FailsafeFired(Next, now(), HallLimits.SubjectOf(loop), racks, "The loop carries no heat: the lowest caps hold."));
    }

    /// <summary>Closes racks that are or will be too hot, opens those that are not; to be called once a report period.</summary>
    public void Watch()
    {
        var between = now() - _lookedAt;
        if (between.Duration() < LookEvery)
            return;
        _lookedAt = now();
        foreach (var rack in book.Names.Layout.Racks)
        {
            // What is unknown changes nothing: neither does a rack become hot by it nor cool.
            if (telemetry.Of(rack.Id, now())?.HottestCelsius is not { } hottest || !double.IsFinite(hottest))
            {
                _seen.Remove(rack.Id);
                continue;
            }
            var isClosed = book.Conditions.WhyHot(rack.Id) is not null;
            var heat = _seen[rack.Id] = _seen.GetValueOrDefault(rack.Id, new RackHeat(null, null, 0)).And(hottest, between);
            var why = Law.IsHot(isClosed, hottest) ? FormattableString.Invariant($"its hottest die is at {hottest:0.0} C, and devices throttle at {Law.Slowdown}")
                : heat.Warnings >= LooksThatAgree ? FormattableString.Invariant($"its hottest die is at {hottest:0.0} C and on its way to {Law.Slowdown}, where devices throttle")
                : null;
            if (why is not null != isClosed)
                record(new RackHeatChanged(Next, now(), rack.Id, why ?? ""));
        }
    }

    /// <summary>The job that leaves lost loops next, or null while none need or may.</summary>
    public static CycleStep? ShedOf(HallBook book, ulong seed, DateTimeOffset at, double timeScale)
    {
        if (book.Conditions.LostLoops.FirstOrDefault() is not { Key.Value: not null } lost)
            return null;
        var racks = book.Conditions.LostLoops.SelectMany(loop => book.Names.RacksOn(loop.Key)).ToHashSet();
        var isLate = at - lost.Value >= WaitForCheckpoint;
        var work = WorkSaved.WorkTime(at, timeScale);
        return new Shedding(book.State!, PlacementProfile.Factory, seed)
        {
            MayGo = facts => isLate || facts.LostAt(work) <= JustSaved * Math.Max(1, timeScale),
        }.Next(racks, new Dictionary<int, Domain.Units.Watts>(), job => book.Jobs.TryGetValue(job, out var known) ? WorkSaved.Facts(known, at, timeScale) : null, work);
    }

    /// <summary>The job that leaves lost loops now.</summary>
    public CycleStep? Shed() => ShedOf(book, (ulong)Next, now(), timeScale);

    private static HeatWatch Law => HeatWatch.Default;

    /// <summary>What the last two looks saw of a rack's hottest die, and how many in a row said that it will be too hot.</summary>
    private sealed record RackHeat(double? Earlier, double? Last, int Warnings)
    {
        public RackHeat And(double hottest, TimeSpan between)
        {
            var warns = Earlier is { } earlier && Last is { } last && between > TimeSpan.Zero && Law.WillBeHot(earlier, last, hottest, between);
            return new RackHeat(Last, hottest, warns ? Warnings + 1 : 0);
        }
    }
}
