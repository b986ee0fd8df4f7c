using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Manifests;
using ControlPlane.Grains;
using ControlPlane.Grains.Sites;

namespace ControlPlane.Host.Endpoints;

/// <summary>Declared objects: apply, get, remove, and their schema.</summary>
internal static class ManifestEndpoints
{
    public static void MapManifests(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/manifests", async (ApplyRequest request, IGrainFactory grains) =>
        {
            Failures.RefuseGaps(request.Files);
            var files = request.Files.Select(file => new ManifestFile(file.Name, file.Text)).ToValueList();
            return Verdict(await grains.Factory().Apply(files, request.DryRun));
        });
        routes.MapGet("/v1/objects", async (string? kind, IGrainFactory grains) =>
        {
            if (kind is not null && !ManifestKinds.All.Keys.Contains(kind, StringComparer.OrdinalIgnoreCase))
                return Answers.NotFound($"There is no kind '{kind}'; use one of: {string.Join(", ", ManifestKinds.All.Keys)}.");
            var objects = await grains.Factory().Objects();
            var chosen = objects.Manifests.Where(manifest => kind is null || manifest.Name.StartsWith(kind + "/", StringComparison.OrdinalIgnoreCase));
            return Results.Text("[" + string.Join(",", chosen.Select(manifest => manifest.Text)) + "]", "application/json");
        });
        routes.MapGet("/v1/objects/{kind}/{name}", async (string kind, string name, IGrainFactory grains) =>
        {
            var objects = await grains.Factory().Objects();
            var found = objects.Manifests.FirstOrDefault(manifest => string.Equals(manifest.Name, $"{kind}/{name}", StringComparison.OrdinalIgnoreCase));
            return found is null ? Answers.NotFound($"There is no {kind} '{name}'.") : Results.Text(found.Text, "application/json");
        });
        routes.MapDelete("/v1/objects/{kind}/{name}", async (string kind, string name, bool? dryRun, IGrainFactory grains) =>
            Verdict(await grains.Factory().Remove($"{kind}/{name}", dryRun ?? false)));
        routes.MapGet("/v1/schema", () => Results.Text(ManifestSchema.Build().ToJsonString(), "application/schema+json"));
    }

    private static IResult Verdict(ApplyAnswer answer) => answer.Errors.Count > 0
        ? Answers.Wrong("Nothing was changed.", answer.Errors)
        : Results.Ok(new ApplyResponse(answer.Version, Answers.Of(answer.Changes)));
}
