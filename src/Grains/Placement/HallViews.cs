using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Racks;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>What a rack last said of itself.</summary>
/// <param name="At">When.</param>
/// <param name="Watts">What it draws, or null when unknown.</param>
/// <param name="HottestCelsius">Its hottest GPU, or null when unknown.</param>
/// <param name="Building">What the building's instruments show of it, or null.</param>
internal sealed record RackTelemetry(DateTimeOffset At, double? Watts, double? HottestCelsius, BuildingReading? Building);

/// <summary>Makes a hall's figures for people.</summary>
internal static class HallViews
{
    private const int JobsShown = 200;

    public static HallView Of(string hall, HallBook book, IReadOnlyDictionary<RackId, RackTelemetry> telemetry)
    {
        if (book.State is not { } state)
            return new HallView(new HallId(hall), book.Sequence, 0, 0, 0, 0, book.Ended, book.Tokens, [], [], [], [], [], []);
        var holding = book.Jobs.Values.Where(job => job.Assignment is not null).ToList();
        var shown = holding.OrderByDescending(job => job.Generation).Take(JobsShown / 2)
            .Concat(book.Waiting.Concat(book.Deferred.Select(job => book.Jobs[job]).OrderBy(job => job.Submitted)).Take(JobsShown / 2));
        return new HallView(
            new HallId(hall), book.Sequence, state.Layout.GpuCount, state.FreeGpus, book.WaitingCount + book.Deferred.Count, holding.Count, book.Ended,
            book.Tokens, Power(state, telemetry), Cooling(state), Links(state), Racks(state, telemetry), Queues(book, state),
            shown.Select(View).ToValueList());
    }

    private static JobView View(JobEntry job) => new(
        job.Job, job.Spec.Queue, job.Phase, job.Spec.MilliGpus / 1000.0, job.Spec.Priority, job.Message, job.SubmittedAt);

    internal static ValueList<PowerView> Power(HallState state, IReadOnlyDictionary<RackId, RackTelemetry> telemetry)
    {
        var layout = state.Layout;
        var observed = new double[layout.PowerDomains.Count];
        var isEstimate = new bool[layout.PowerDomains.Count];
        for (var index = 0; index < layout.Racks.Count; index++)
        {
            var rack = layout.Racks[index];
            var watts = telemetry.GetValueOrDefault(rack.Id)?.Watts;
            for (var domain = rack.PowerDomain; domain >= 0; domain = layout.PowerDomains[domain].Parent)
            {
                // What is not known counts as what is committed to it, never as zero.
                observed[domain] += watts ?? state.RackDraw(index).Value;
                isEstimate[domain] |= watts is null;
            }
        }
        return layout.PowerDomains.Select((domain, index) => new PowerView(
            domain.Id, domain.Kind, domain.Parent < 0 ? null : layout.PowerDomains[domain.Parent].Id, state.PowerLimit(index),
            state.PowerCommitted(index), Watts.FromWatts(observed[index]), isEstimate[index])
        {
            Rating = domain.Limit,
        }).ToValueList();
    }

    private static ValueList<CoolingView> Cooling(HallState state) =>
        state.Layout.CoolingLoops.Select((loop, index) =>
            new CoolingView(loop.Id, state.CoolingCapacity(index), state.HeatCommitted(index))).ToValueList();

    private static ValueList<LinkView> Links(HallState state) =>
        state.Layout.Links.Select((link, index) =>
            new LinkView(link.Id, state.IsLinkUp(index), link.Capacity, state.LinkReserved(index))).ToValueList();

    private static ValueList<RackView> Racks(HallState state, IReadOnlyDictionary<RackId, RackTelemetry> telemetry) =>
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
            var heard = telemetry.GetValueOrDefault(rack.Id);
            return new RackView(
                rack.Id, rack.Type, gpus, leased, heard?.Watts is { } watts ? Watts.FromWatts(watts) : null,
                heard?.HottestCelsius is { } hottest ? Celsius.FromDegrees(hottest) : null, heard?.At)
            {
                Supply = heard?.Building?.SupplyCelsius is { } supply ? Celsius.FromDegrees(supply) : null,
                Return = heard?.Building?.ReturnCelsius is { } back ? Celsius.FromDegrees(back) : null,
                Leaks = heard?.Building?.Leaks,
            };
        }).ToValueList();

    private static ValueList<QueueView> Queues(HallBook book, HallState state)
    {
        var waiting = book.Waiting.CountBy(job => job.Spec.Queue).ToDictionary();
        return state.Layout.Queues.Select((queue, index) => new QueueView(
            queue.Id, state.QueueUsedMilli(index) / 1000.0, queue.LimitMilliGpu < 0 ? null : queue.LimitMilliGpu / 1000.0,
            waiting.GetValueOrDefault(queue.Id))).ToValueList();
    }
}
