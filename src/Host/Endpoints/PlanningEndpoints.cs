using System.Text.RegularExpressions;
using ControlPlane.Api;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Host.Endpoints;

/// <summary>Capacity plans as operations: asked for, followed, ended early, fetched.</summary>
internal static partial class PlanningEndpoints
{
    // One search of the solver cannot be ended from outside.
    private const double MostSolverSeconds = 60;

    /// <summary>Adds what makes plans.</summary>
    public static void AddPlanning(this IServiceCollection services, string data)
    {
        services.AddSingleton(new PlanningFolder(Path.Combine(data, "plans")));
        services.AddSingleton<PlanningDesk>();
        services.AddHostedService(all => all.GetRequiredService<PlanningDesk>());
    }

    public static void MapPlanning(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/plans", Submit);
        routes.MapGet("/v1/plans", (PlanningDesk desk) => desk.All());
        routes.MapGet("/v1/plans/{id}", (string id, PlanningDesk desk) => desk.Find(id) is { } plan ? Results.Ok(plan) : Unknown(id));
        routes.MapDelete("/v1/plans/{id}", (string id, PlanningDesk desk) => desk.Cancel(id) is { } plan ? Results.Ok(plan) : Unknown(id));
        routes.MapGet("/v1/plans/{id}/files/{name}", Text);
    }

    /// <summary>Reads a request's demand file with the files given along with it.</summary>
    public static PlanReading Read(CapacityPlanRequest request)
    {
        var reading = PlanReader.Read(request.File.Text, request.File.Name, HardwareCatalogue.Default, name =>
            (request.Files ?? []).FirstOrDefault(file => file.Name == name) is { } found
                ? new StringReader(found.Text)
                : throw new FileNotFoundException("it was not sent along; put its text into files"));
        return reading.Question is not { Plan.SolverSeconds: > MostSolverSeconds } question ? reading : new PlanReading(null,
            [new ManifestError(request.File.Name, 0, 0, "spec.solverSeconds", $"{question.Plan.SolverSeconds} is more than a host gives", $"give at most {MostSolverSeconds}, or plan without a host")]);
    }

    private static IResult Submit(CapacityPlanRequest request, PlanningDesk desk)
    {
        Failures.RefuseGaps([request.File, .. request.Files ?? []]);
        if (request.Id is { } own && !Id().IsMatch(own))
            return Answers.Wrong("The plan was not taken.", [new ManifestError("-", 0, 0, "id", $"'{own}' is no id", "use 1 to 63 of a to z, 0 to 9 and hyphen")]);
        var reading = Read(request);
        if (reading.Question is not { } question)
            return Answers.Wrong("The plan was not taken.", reading.Errors);
        var id = request.Id ?? Guid.NewGuid().ToString("n");
        if (desk.Submit(request, id, question.Name, out var isTaken) is { } plan)
            return Results.Accepted($"/v1/plans/{id}", plan);
        return isTaken
            ? Answers.Conflict($"'{id}' is another plan's id: give another one.")
            : Results.Json(new ErrorResponse($"{PlanningDesk.MostWaiting} plans wait already: ask again once one of them is done, or cancel one.", []), statusCode: StatusCodes.Status429TooManyRequests);
    }

    private static IResult Text(string id, string name, PlanningDesk desk)
    {
        if (desk.Find(id) is not { } plan)
            return Unknown(id);
        if (desk.Text(plan, name) is not { } text)
            return Answers.NotFound(plan.Files.Count == 0 ? $"Plan {id} is {plan.State} and has no files{(plan.IsOver ? "" : " yet")}." : $"Plan {id} has no file '{name}'; it has {string.Join(", ", plan.Files)}.");
        return Results.Text(text, name.EndsWith(".html", StringComparison.Ordinal) ? "text/html; charset=utf-8" : name.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "application/yaml");
    }

    private static IResult Unknown(string id) => Answers.NotFound($"There is no plan '{id}'; the host keeps the newest.");

    [GeneratedRegex("^[a-z0-9-]{1,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
