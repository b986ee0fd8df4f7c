using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;
using ControlPlane.Grains.Grid;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Host.Endpoints;

/// <summary>Grid events: what a load target would do before it begins, and how it was kept afterwards.</summary>
internal static class GridEndpoints
{
    /// <summary>Minutes before a window whose mean is the baseline, unless somebody says otherwise.</summary>
    private const int BaselineMinutes = 15;

    public static void MapGrid(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/halls/{hall}/grid/{domain}/plan", (string hall, string domain, TargetRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, found => Plan(hall, domain, request, found)));
        routes.MapGet("/v1/halls/{hall}/grid/{domain}/report", (
            string hall, string domain, DateTimeOffset from, DateTimeOffset until, string? limit, int? baseline, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, found => Report(hall, domain, (from, until), limit, baseline ?? BaselineMinutes, found)));
        routes.MapPut("/v1/halls/{hall}/grid/signal", (string hall, SignalRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, found => SetSignal(request, found)));
        routes.MapDelete("/v1/halls/{hall}/grid/signal", (string hall, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async found => Results.Ok(new SignalResponse(0, "", await found.SetSignal(null)))));
    }

    private static async Task<IResult> SetSignal(SignalRequest request, IPlacementGrain found)
    {
        if (request.By is not (null or "price" or "carbon"))
            return Answers.Wrong("The signal was not taken.", [new ManifestError("-", 0, 0, "by", $"'{request.By}' is not right", "use price or carbon")]);
        var (signal, errors) = SignalFile.Read(request.File.Text, request.File.Name, request.By switch { "price" => SignalKind.Price, "carbon" => SignalKind.Carbon, _ => null });
        return signal is null
            ? Answers.Wrong("The signal was not taken.", errors)
            : Results.Ok(new SignalResponse(signal.Points.Count, Answers.Word(signal.By), await found.SetSignal(signal)));
    }

    private static async Task<IResult> Plan(string hall, string domain, TargetRequest request, IPlacementGrain found)
    {
        if (Wrong(request.From, request.Until, request.Limit, out var limit) is { } wrong)
            return wrong;
        if (await found.PlanTarget(new PowerDomainId(domain), limit!.Value) is not { } plan)
            return Answers.NotFound($"Hall {hall} has no power domain '{domain}'.");
        var hours = (request.Until - request.From).TotalHours;
        return Results.Ok(new TargetPlanResponse(
            domain, limit.Value.Value, plan.Committed.Value, plan.After.Value, plan.After <= limit, (plan.Committed - plan.After).Kilowatts * hours,
            [.. plan.Jobs.Select(job => new LoweredJobResponse(job.Job.Value, job.From, job.To, job.Freed.Value, job.Tier, job.Speed, job.Gpus))],
            [.. plan.Jobs.GroupBy(job => job.Tier).OrderBy(tier => tier.Key, StringComparer.Ordinal).Select(Tier)]));
    }

    private static TierResponse Tier(IGrouping<string, LoweredJob> jobs) => new(
        jobs.Key, jobs.Count(), jobs.Sum(job => job.Gpus),
        JobService.Weighted([.. jobs.Select(job => new JobService(job.Speed, FlexClass.Flex3, job.Gpus))]));

    private static async Task<IResult> Report(
        string hall, string domain, (DateTimeOffset From, DateTimeOffset Until) window, string? stated, int baseline, IPlacementGrain found)
    {
        if (Wrong(window.From, window.Until, stated, out var limit) is { } wrong)
            return wrong;
        if (baseline is < 1 or > MinuteMeter.MostMinutes)
            return Answers.Wrong("Nothing was reported.", [new ManifestError("-", 0, 0, "baseline", $"{baseline} minutes are out of range", $"give 1 to {MinuteMeter.MostMinutes}")]);
        var view = (await found.View()).Power.FirstOrDefault(power => power.Domain.Value == domain);
        if (view is null)
            return Answers.NotFound($"Hall {hall} has no power domain '{domain}'.");
        if (view.Parent is { } parent)
            return Answers.NotFound($"'{domain}' hangs on {parent}: minutes are kept of feeds, the domains without parent.");
        var before = await Minutes(found, view.Domain, window.From - TimeSpan.FromMinutes(baseline), window.From);
        var minutes = await Minutes(found, view.Domain, window.From, window.Until);
        return EventReport.Of(before, minutes, window.From, window.Until, limit) is { } report
            ? Results.Ok(Of(domain, report))
            : Answers.NotFound(minutes.Count == 0 || before.Count == 0
                ? $"{minutes.Count} minutes of the window were metered and {before.Count} before it: the hall keeps two days, and began anew when it last moved."
                : "No limit was asked of the feed in the window: give the one to judge by.");
    }

    private static async Task<IReadOnlyList<MeteredMinute>> Minutes(IPlacementGrain hall, PowerDomainId feed, DateTimeOffset from, DateTimeOffset until) =>
        [.. (await hall.Metered(feed, from, until)).Select(minute => new MeteredMinute(minute.At, minute.Mean, minute.Readings, minute.IsEstimate, minute.Asked))];

    private static EventReportResponse Of(string domain, EventReport report) => new(
        domain, report.Target.Value, report.Score.Baseline.Value, report.Minutes.Count, report.Score.Kept, report.Missing,
        report.Minutes.Count(minute => minute.IsEstimate), report.Score.MeanFraction * report.Score.Baseline.Value,
        report.Score.HighestFraction * report.Score.Baseline.Value, report.Score.LowestFraction * report.Score.Baseline.Value,
        report.Score.AvoidedKilowattHours, report.IsKept,
        [.. report.Minutes.Select(minute => new MinuteResponse(minute.At, minute.Mean.Value, minute.Asked?.Value, minute.IsEstimate, minute.Mean <= report.Target))]);

    private static IResult? Wrong(DateTimeOffset from, DateTimeOffset until, string? text, out Watts? limit)
    {
        limit = null;
        if (until <= from)
            return Answers.Wrong("Nothing was looked at.", [new ManifestError("-", 0, 0, "until", $"{Instants.Format(until)} is not after from, {Instants.Format(from)}", "give a later instant")]);
        if (text is null)
            return null;
        if (!Watts.TryParse(text, out var watts) || watts < Watts.Zero)
            return Answers.Wrong("Nothing was looked at.", [new ManifestError("-", 0, 0, "limit", $"'{text}' is not a power", "give a power such as 400kW")]);
        limit = watts;
        return null;
    }
}
