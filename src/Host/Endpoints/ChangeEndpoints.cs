using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Grains.Sites;

namespace ControlPlane.Host.Endpoints;

/// <summary>Changes of declared objects that are kept under a name: staged, validated, activated or discarded.</summary>
internal static class ChangeEndpoints
{
    private const string Path = "/v1/changes/{name}";

    public static void MapChanges(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/changes", async (IGrainFactory grains) => Results.Ok((await grains.Factory().Staged()).Select(Of)));
        routes.MapPut(Path, async (string name, StageRequest request, IGrainFactory grains) =>
        {
            Failures.RefuseGaps(request.Files);
            if (request.Removed?.Any(key => key is null) == true)
                throw new BadHttpRequestException("An element of removed is null: give kind and name, such as Rack/old.");
            var files = request.Files.Select(file => new ManifestFile(file.Name, file.Text)).ToValueList();
            var answer = await grains.Factory().Stage(name, files, (request.Removed ?? []).ToValueList(), request.Replace);
            return answer switch
            {
                { Change: null } => Answers.Wrong("Nothing was staged.", answer.Verdict.Errors),
                { Objection: { } objection } => Answers.Conflict(objection),
                _ => Results.Ok(Of(answer)),
            };
        });
        routes.MapGet(Path, async (string name, IGrainFactory grains) => Answer(await grains.Factory().Activate(name, dryRun: true)));
        routes.MapPost(Path + "/activate", async (string name, IGrainFactory grains) =>
        {
            var answer = await grains.Factory().Activate(name, dryRun: false);
            return answer is { Change: not null, Objection: { } objection } ? Answers.Wrong(objection, answer.Verdict.Errors) : Answer(answer);
        });
        routes.MapDelete(Path, async (string name, IGrainFactory grains) => await grains.Factory().Discard(name)
            ? Results.Ok(new { name })
            : Answers.NotFound($"There is no staged change '{name}' that was not activated."));
    }

    private static IResult Answer(StageAnswer answer) => answer.Change is null ? Answers.NotFound(answer.Objection!) : Results.Ok(Of(answer));

    private static ChangeResponse Of(StagedChange change) => new(
        change.Name, [.. change.Files.Select(file => file.Name)], change.Removed, change.At, change.Version, change.ActivatedAs > 0 ? change.ActivatedAs : null);

    private static ChangeVerdictResponse Of(StageAnswer answer) => new(
        Of(answer.Change!), answer.Verdict.Version, Answers.Of(answer.Verdict.Changes), Answers.Of(answer.Verdict.Errors));
}
