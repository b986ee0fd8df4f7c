using ControlPlane.Domain;
using ControlPlane.Facility.Health;
using ControlPlane.Grains.Placement;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Grains.Health;

/// <inheritdoc cref="IRemedyGrain"/>
internal sealed class RemedyGrain(
    [PersistentState("remedies", Storage.StorageNames.Rows)] IPersistentState<RemedyRow> row, TimeProvider clock, ILogger<RemedyGrain> log)
    : DurableGrain<RemedyRow>(row, log), IRemedyGrain
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    /// <summary>The same fault again within this time is the same case.</summary>
    private static readonly TimeSpan SameCase = TimeSpan.FromHours(1);

    private readonly ILogger _log = log;
    private IGrainTimer? _timer;

    private HallId HallName => new(this.Name());

    private IPlacementGrain Hall => GrainFactory.Hall(HallName);

    private RemedyCourse Course => new(GrainFactory, HallName, clock);

    public async Task<RemedyAnswer> Report(GpuFault fault)
    {
        ThrowIfPoisoned();
        if (await Hall.PlaceOf(fault.Gpu) is not { } place)
            return new RemedyAnswer($"Hall {HallName} has no GPU {fault.Gpu}.", null);
        if (Row.HasHeard(fault))
            return new RemedyAnswer(null, Row.Cases.LastOrDefault(one => one.Gpu == fault.Gpu && one.Code == fault.Code));
        var now = clock.GetUtcNow();
        var verdict = Row.Law.Decide(XidTable.Find(fault.Code), fault.Gpu, place.Node, place.NodeGpus, place.HallGpus, Row.Past, now - DateTimeOffset.UnixEpoch);
        if (Repeated(fault, verdict, now) is { } same)
        {
            await Commit(Row.Hearing(fault).With(same with { Repeats = same.Repeats + 1 }));
            return new RemedyAnswer(null, same);
        }
        var opened = new RemedyCase
        {
            Number = Row.Last + 1,
            Gpu = fault.Gpu,
            Node = place.Node,
            Code = fault.Code,
            At = now,
            Remedy = verdict.Remedy,
            State = verdict.State,
            Because = verdict.Because,
            ClosedGpus = RemedyLaw.Closes(verdict.Remedy, place.NodeGpus),
        };
        await Commit(Row.With(opened, fault));
        Count(opened);
        if (opened.State == RemedyState.Acting)
            await Begin(opened);
        return new RemedyAnswer(null, Row.Find(opened.Number));
    }

    public async Task ResetEnded(GpuId gpu, long number, string objection)
    {
        ThrowIfPoisoned();
        if (Row.Find(number) is not { State: RemedyState.Acting, Step: RemedyStep.Resetting } resetting || resetting.Gpu != gpu)
            return;
        await Keep(objection.Length == 0
            ? RemedyCourse.To(resetting, RemedyStep.Reopening, clock.GetUtcNow())
            : RemedyCourse.Ended(resetting, RemedyState.Failed, $"the reset failed, and the GPU stays out of use: {objection}"));
    }

    public Task<RemedyBook> Get()
    {
        ThrowIfPoisoned();
        return Task.FromResult(Book());
    }

    public async Task<RemedyBook> Set(RemedyRuleSetting? rule, double? mostClosedShare)
    {
        ThrowIfPoisoned();
        var changed = rule is { } set ? Row.With(set) : Row;
        await Commit(changed with { MostClosedShare = mostClosedShare ?? changed.MostClosedShare });
        return Book();
    }

    public async Task<RemedyAnswer> Approve(long number)
    {
        ThrowIfPoisoned();
        if (Row.Find(number) is not { } known)
            return new RemedyAnswer($"Hall {HallName} has no case {number}.", null);
        if (known.State is not (RemedyState.HeldBack or RemedyState.DryRun))
            return new RemedyAnswer($"Case {number} is {known.State.Words()}: only one that was held back or a dry run can be approved.", known);
        await Keep(known with { State = RemedyState.Acting, Because = known.Because + "; an operator approved it" });
        await Begin(Row.Find(number)!);
        return new RemedyAnswer(null, Row.Find(number));
    }

    public async Task<RemedyAnswer> Close(long number)
    {
        ThrowIfPoisoned();
        if (Row.Find(number) is not { } known)
            return new RemedyAnswer($"Hall {HallName} has no case {number}.", null);
        if (known.State is RemedyState.Done or RemedyState.Noted)
            return new RemedyAnswer($"Case {number} is {known.State.Words()}: there is nothing to close.", known);
        var wasActing = known.State is RemedyState.Acting or RemedyState.Failed;
        await Keep(RemedyCourse.Ended(known, wasActing ? RemedyState.Done : RemedyState.Noted, known.Because + "; an operator closed it"));
        if (wasActing)
            await Course.Reopen(known, Row.Acting);
        return new RemedyAnswer(null, Row.Find(number));
    }

    public Task Wake()
    {
        Watch();
        return Task.CompletedTask;
    }

    private RemedyCase? Repeated(GpuFault fault, RemedyVerdict verdict, DateTimeOffset now) =>
        verdict.State == RemedyState.Acting ? null : Row.Cases.LastOrDefault(one =>
            one.Gpu == fault.Gpu && one.Code == fault.Code && one.Remedy == verdict.Remedy && one.State == verdict.State && now - one.At < SameCase);

    // Once more if the host ended in the middle: then the case is still at no step.
    private async Task Begin(RemedyCase opened)
    {
        Watch();
        await Course.SayOfNode(opened.Node, Row.Acting);
        await Keep(await Course.Begin(opened));
    }

    private void Watch()
    {
        if (Row.Acting.Any(one => one.Step != RemedyStep.Holding))
            _timer ??= this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(Period, Period) { KeepAlive = true });
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        foreach (var acting in Row.Acting.ToList())
        {
            try
            {
                if (acting.Step == RemedyStep.None)
                    await Begin(acting);
                else if (await Course.GoOn(acting) is { } changed && changed != acting)
                    await Keep(changed);
            }
            catch (Exception fault) when (fault is OrleansException or TimeoutException or InvalidOperationException)
            {
                _log.LogWarning(fault, "Case {Number} of hall {Hall} waits", acting.Number, HallName);
            }
        }
        if (Row.Acting.All(one => one.Step == RemedyStep.Holding))
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private async Task Keep(RemedyCase changed)
    {
        var before = Row.Find(changed.Number)!.State;
        await Commit(Row.With(changed));
        if (before != changed.State)
            Count(changed);
    }

    private void Count(RemedyCase changed)
    {
        _log.LogInformation("{Gpu} reports {What}; {Remedy} is {State}: {Because}", changed.Gpu, changed.What, changed.Remedy.Words(), changed.State.Words(), changed.Because);
        FactoryTelemetry.Remedies.Add(1, new("hall", HallName.Value), new("remedy", changed.Remedy.Words()), new("state", changed.State.Words()));
    }

    private RemedyBook Book() => new(
        Enum.GetValues<Remedy>().Where(remedy => remedy != Remedy.None)
            .Select(remedy => Row.Law.RuleOf(remedy)).Select(rule => new RemedyRuleSetting(rule.Remedy, rule.Mode, rule.MostPerHour)).ToValueList(),
        Row.MostClosedShare, Row.Acting.Sum(one => one.ClosedGpus), Row.Cases.Reverse().ToValueList());
}
