using System.Globalization;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Manifests;
using ControlPlane.Facility.Health;
using ControlPlane.Grains;
using ControlPlane.Grains.Health;

namespace ControlPlane.Host.Endpoints;

/// <summary>Faults of GPUs, and what is done about them by itself.</summary>
internal static class RemedyEndpoints
{
    private const string Path = "/v1/halls/{hall}/remedies";
    private const int LongestDetail = 500;
    private const int MostPerHour = 10_000;

    private static readonly Remedy[] Settable = [Remedy.RestartJob, Remedy.ResetGpu, Remedy.Drain, Remedy.Replace];

    public static void MapRemedies(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (string hall, IGrainFactory grains) => HallEndpoints.InHall(hall, grains, async _ => Results.Ok(Of(await Remedies(hall, grains).Get()))));
        routes.MapPut(Path, (string hall, RemedySettingsRequest request, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, _ => Set(Remedies(hall, grains), request)));
        routes.MapPost(Path + "/{number:long}/approve", (string hall, long number, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async _ => Done(await Remedies(hall, grains).Approve(number))));
        routes.MapPost(Path + "/{number:long}/close", (string hall, long number, IGrainFactory grains) =>
            HallEndpoints.InHall(hall, grains, async _ => Done(await Remedies(hall, grains).Close(number))));
        routes.MapPost("/v1/halls/{hall}/gpus/{gpu}/faults", (string hall, string gpu, GpuFaultRequest request, IGrainFactory grains, TimeProvider clock) =>
            HallEndpoints.InHall(hall, grains, _ => Report(hall, gpu, request, grains, clock)));
    }

    private static IRemedyGrain Remedies(string hall, IGrainFactory grains) => grains.Remedies(new HallId(hall));

    private static async Task<IResult> Report(string hall, string gpu, GpuFaultRequest request, IGrainFactory grains, TimeProvider clock)
    {
        var errors = new List<ManifestError>();
        if (request.Xid is < 1 or > 10_000)
            errors.Add(Error("xid", $"{request.Xid} is not a number of the driver's", "give 1 to 10000"));
        if (request.Number < 0)
            errors.Add(Error("number", $"{request.Number} is below zero", "give the event's own number, or leave it out"));
        if (request.Detail?.Length > LongestDetail)
            errors.Add(Error("detail", $"it has {request.Detail.Length} characters", $"use at most {LongestDetail}"));
        if (errors.Count > 0)
            return Answers.Wrong("The fault was not taken.", errors);
        var now = clock.GetUtcNow();
        var number = request.Number ?? (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return Done(await Remedies(hall, grains).Report(new GpuFault(new GpuId(gpu), number, request.Xid, now, request.Detail ?? "")));
    }

    private static async Task<IResult> Set(IRemedyGrain remedies, RemedySettingsRequest request)
    {
        var errors = new List<ManifestError>();
        var known = (await remedies.Get()).Rules;
        RemedyRuleSetting? rule = null;
        if (request.Remedy is { } word)
        {
            var remedy = Array.Find(Settable, one => one.Words() == word);
            if (remedy == Remedy.None)
                errors.Add(Error("remedy", $"'{word}' is not a remedy", "use " + string.Join(", ", Settable.Select(one => one.Words()))));
            else
                rule = Rule(known.First(one => one.Remedy == remedy), request, errors);
        }
        else if (request.Mode is not null || request.MostPerHour is not null)
        {
            errors.Add(Error("remedy", "it is missing", "say whose rule it is: " + string.Join(", ", Settable.Select(one => one.Words()))));
        }
        if (request.MostClosedShare is { } share && !(share is >= 0 and <= 1))
            errors.Add(Error("mostClosedShare", string.Create(CultureInfo.InvariantCulture, $"{share} is not a share"), "give 0 to 1"));
        return errors.Count > 0 ? Answers.Wrong("Nothing was changed.", errors) : Results.Ok(Of(await remedies.Set(rule, request.MostClosedShare)));
    }

    private static RemedyRuleSetting Rule(RemedyRuleSetting known, RemedySettingsRequest request, List<ManifestError> errors)
    {
        var mode = known.Mode;
        if (request.Mode is { } word && !(Enum.TryParse(word, true, out mode) && Answers.Word(mode) == word))
            errors.Add(Error("mode", $"'{word}' is not a mode", "use act, dryRun or off"));
        if (request.MostPerHour is < 0 or > MostPerHour)
            errors.Add(Error("mostPerHour", $"{request.MostPerHour} is not a rate", $"give 0 to {MostPerHour}"));
        return known with { Mode = mode, MostPerHour = request.MostPerHour ?? known.MostPerHour };
    }

    private static ManifestError Error(string field, string problem, string expected) => new("-", 0, 0, field, problem, expected);

    private static IResult Done(RemedyAnswer answer) => (answer.Objection, answer.Case) switch
    {
        ({ } objection, null) => Answers.NotFound(objection),
        ({ } objection, _) => Answers.Conflict(objection),
        (_, { } known) => Results.Ok(Of(known)),
        _ => Results.NoContent(),
    };

    private static RemediesResponse Of(RemedyBook book) => new(
        [.. book.Rules.Select(rule => new RemedyRuleResponse(rule.Remedy.Words(), Answers.Word(rule.Mode), rule.MostPerHour))],
        book.MostClosedShare, book.ClosedGpus, [.. book.Cases.Select(Of)]);

    private static RemedyCaseResponse Of(RemedyCase one) => new(
        one.Number, one.Gpu.Value, one.Node.Value, one.Code, XidTable.Find(one.Code).What, one.At, one.Remedy.Words(), Answers.Word(one.State),
        Answers.Word(one.Step), one.Because, one.Repeats);
}
