using System.Diagnostics;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Grains;
using ControlPlane.Grains.Jobs;

namespace ControlPlane.Host.Endpoints;

/// <summary>Jobs: submit, look, cancel, ask why.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/jobs", (ApplyRequest request, IGrainFactory grains) => Submit(request, grains));
        routes.MapGet("/v1/jobs/{name}", async (string name, IGrainFactory grains) =>
            !Names.IsValid(name) || await grains.Job(new JobId(name)).Get() is not { } record
                ? NoJob(name) : Results.Ok(await WithProgress(Answers.Of(new JobId(name), record), record, grains)));
        routes.MapDelete("/v1/jobs/{name}", async (string name, IGrainFactory grains) =>
            !Names.IsValid(name) || await grains.Job(new JobId(name)).Cancel() is not { } record
                ? NoJob(name) : Results.Ok(Answers.Of(new JobId(name), record)));
        routes.MapGet("/v1/jobs/{name}/why", async (string name, IGrainFactory grains) =>
        {
            if (!Names.IsValid(name) || await grains.Job(new JobId(name)).Get() is not { } record)
                return NoJob(name);
            var live = record.Hall is { } hall && !record.Phase.IsFinal() ? await grains.Hall(hall).Why(new JobId(name)) : null;
            return Results.Ok(new WhyResponse(name, Answers.Word(record.Phase), live ?? record.Last!.Message));
        });
    }

    private static async Task<JobResponse> WithProgress(JobResponse answer, JobRecord record, IGrainFactory grains)
    {
        if (record is not { Phase: JobPhase.Running, Spec.Work: ProgramWork, Last.Gpus: [var gpu] })
            return answer;
        var sample = (await grains.Gpu(gpu).Get()).Sample;
        return answer with { Progress = sample?.Progress, Loss = sample?.Loss };
    }

    private static async Task<IResult> Submit(ApplyRequest request, IGrainFactory grains)
    {
        var reading = JobFiles.Read(request);
        if (reading.Errors.Count > 0)
            return Answers.Wrong("No job was submitted.", reading.Errors);
        if (request.DryRun)
            return Results.Ok(reading.Jobs.Select(job => new SubmitResponse(job.Id.Value, "valid", "Nothing was submitted: dry run.")));
        var answers = await Task.WhenAll(reading.Jobs.Select(job => Submit(job.Id, job.Spec, grains)));
        return Results.Json(answers, statusCode: Array.Exists(answers, answer => answer.Outcome is "conflict" or "notAdmitted")
            ? StatusCodes.Status409Conflict : StatusCodes.Status200OK);
    }

    private static async Task<SubmitResponse> Submit(JobId job, JobSpec spec, IGrainFactory grains)
    {
        using var activity = FactoryTelemetry.Source.StartActivity("job.submit");
        activity?.SetTag("job", job.Value);
        var answer = await grains.Job(job).Submit(spec);
        activity?.SetTag("outcome", answer.Outcome.ToString());
        return new SubmitResponse(job.Value, Answers.Word(answer.Outcome), answer.Message);
    }

    private static IResult NoJob(string name) => Answers.NotFound($"There is no job '{name}'.");
}
