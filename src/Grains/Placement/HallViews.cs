using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Racks;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>Makes a hall's figures for people.</summary>
internal static class HallViews
{
    private const int JobsShown = 200;

    public static HallView Of(string hall, HallBook book, HallTelemetry telemetry, DateTimeOffset now)
    {
        if (book.State is not { } state)
            return new HallView(new HallId(hall), book.Sequence, 0, 0, 0, 0, book.Ended, book.Tokens, [], [], [], [], [], []);
        var holding = book.Jobs.Values.Where(job => job.Assignment is not null).ToList();
        var shown = holding.OrderByDescending(job => job.Generation).Take(JobsShown / 2)
            .Concat(book.Waiting.Concat(book.Deferred.Select(job => book.Jobs[job]).OrderBy(job => job.Submitted)).Take(JobsShown / 2));
        return new HallView(
            new HallId(hall), book.Sequence, state.Layout.GpuCount, state.FreeGpus, book.WaitingCount + book.Deferred.Count, holding.Count, book.Ended,
            book.Tokens, Power(book, state, telemetry.Power(state, now)), Cooling(book, state), Links(state), Racks(book, state, telemetry, now), Queues(book, state),
            shown.Select(View).ToValueList());
    }

    private static JobView View(JobEntry job) => new(
        job.Job, job.Spec.Queue, job.Phase, job.Spec.MilliGpus / 1000.0, job.Spec.Priority, job.Told, job.SubmittedAt);

    private static ValueList<PowerView> Power(HallBook book, HallState state, ObservedPower[] observed) =>
        state.Layout.PowerDomains.Select((domain, index) =>
        {
            var booked = book.Limits.BookedOver(domain.Id);
            return new PowerView(
                domain.Id, domain.Kind, domain.Parent < 0 ? null : state.Layout.PowerDomains[domain.Parent].Id,
                booked == 1 ? state.PowerLimit(index) : state.PowerLimit(index) * (1 / booked), state.PowerCommitted(index), observed[index].Watts, observed[index].IsEstimate)
            {
                Rating = domain.Limit,
                BookedOver = booked,
                IsFailsafeOn = book.Limits.Fired.Contains(domain.Id.Value),
            };
        }).ToValueList();

    private static ValueList<CoolingView> Cooling(HallBook book, HallState state) =>
        state.Layout.CoolingLoops.Select((loop, index) =>
            new CoolingView(loop.Id, state.CoolingCapacity(index), state.HeatCommitted(index))
            {
                IsLost = book.Conditions.LostSince(loop.Id) is not null,
            }).ToValueList();

    private static ValueList<LinkView> Links(HallState state) =>
        state.Layout.Links.Select((link, index) =>
            new LinkView(link.Id, state.IsLinkUp(index), link.Capacity, state.LinkReserved(index))).ToValueList();

    private static ValueList<RackView> Racks(HallBook book, HallState state, HallTelemetry telemetry, DateTimeOffset now) =>
        state.Layout.Racks.Select(rack =>
        {
            var gpus = 0;
            var leased = 0;
            for (var node = rack.FirstNode; node < rack.FirstNode + rack.NodeCount; node++)
            {
                foreach (var free in state.FreeGpuMilli(node))
                {
                    gpus++;
                    leased += free < 1000 ? 1 : 0;
                }
            }
            var heard = telemetry.Of(rack.Id, now);
            return new RackView(
                rack.Id, rack.Type, gpus, leased, heard?.Watts is { } watts ? Watts.FromWatts(watts) : null,
                heard?.HottestCelsius is { } hottest ? Celsius.FromDegrees(hottest) : null, telemetry.Last(rack.Id)?.At)
            {
                IsFailsafeOn = rack.Simulated && book.Limits.IsFired(rack.Id),
                Supply = heard?.Building?.SupplyCelsius is { } supply ? Celsius.FromDegrees(supply) : null,
                Return = heard?.Building?.ReturnCelsius is { } back ? Celsius.FromDegrees(back) : null,
                Leaks = heard?.Building?.Leaks,
                State = book.Conditions.StateOf(rack.Id),
                Closed = ClosedNodes(book, rack),
            };
        }).ToValueList();

    /// <summary>The nodes of a rack that take nothing new, with the reasons.</summary>
    public static ValueList<ClosedNode> ClosedNodes(HallBook book, HallRack rack) => Enumerable.Range(rack.FirstNode, rack.NodeCount)
        .Where(node => book.State!.ConditionOf(node) != NodeCondition.Ready)
        .Select(node => new ClosedNode(book.Names.Layout.Nodes[node].Id, book.State!.ConditionOf(node), ConditionText.Obstacles(book.Names.Layout.Nodes[node].Id, book)))
        .ToValueList();

    private static ValueList<QueueView> Queues(HallBook book, HallState state)
    {
        var waiting = book.Waiting.CountBy(job => job.Spec.Queue).ToDictionary();
        return state.Layout.Queues.Select((queue, index) => new QueueView(
            queue.Id, state.QueueUsedMilli(index) / 1000.0, queue.LimitMilliGpu < 0 ? null : queue.LimitMilliGpu / 1000.0,
            waiting.GetValueOrDefault(queue.Id))).ToValueList();
    }
}
