using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Grid;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>A hall and the grid: its signal, what a load target would do, and what feeds drew.</summary>
internal sealed partial class PlacementGrain
{
    private readonly HallMeters _meters = new();

    public Task<TargetPlan?> PlanTarget(PowerDomainId domain, Watts limit)
    {
        ThrowIfPoisoned();
        return Task.FromResult(_book.Names.Domains.TryGetValue(domain, out var index) ? TargetPlans.Of(_book, index, limit) : null);
    }

    public Task<ValueList<FeedMinute>> Metered(PowerDomainId feed, DateTimeOffset from, DateTimeOffset until)
    {
        ThrowIfPoisoned();
        return Task.FromResult(_meters.Between(feed, from, until));
    }

    public async Task<int> SetSignal(GridSignal? signal)
    {
        ThrowIfPoisoned();
        if (_book.Signal != signal)
        {
            var now = clock.GetUtcNow();
            Record(new SignalGiven(_book.Sequence + 1, now, signal, Deferrals.Under(_book, signal, now, options.Value.TimeScale)));
            WantPass();
        }
        await Durable();
        return _book.Deferred.Count;
    }

    public Task<GridSignal?> Signal()
    {
        ThrowIfPoisoned();
        return Task.FromResult(_book.Signal);
    }

    private Deferral? DeferralOf(JobSpec spec, PlacementDecision decision) =>
        decision is Refused ? null : Deferrals.Of(_book.Signal, spec, clock.GetUtcNow(), options.Value.TimeScale);

    private void EndDeferrals()
    {
        var now = clock.GetUtcNow();
        if (_book.Deferred.Count == 0 || Deferrals.Due(_book, now) is not { Count: > 0 } due)
            return;
        Record(new DeferralsEnded(_book.Sequence + 1, now, due));
        WantPass();
    }

    private void ReadMeters(ObservedPower[] observed)
    {
        var (state, now) = (_book.State!, clock.GetUtcNow());
        for (var domain = 0; domain < observed.Length; domain++)
        {
            var facts = state.Layout.PowerDomains[domain];
            if (facts.Parent < 0)
                _meters.Read(facts.Id, now, observed[domain].Watts, observed[domain].IsEstimate, _book.Limits.Requested.TryGetValue(facts.Id, out var asked) ? asked : null);
        }
    }
}
