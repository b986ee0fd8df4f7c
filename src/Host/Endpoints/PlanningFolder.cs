using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Endpoints;

/// <summary>Capacity plans on disk, a folder each: what was asked, how it stands, and what came of it. A file is there whole or not at all.</summary>
internal sealed class PlanningFolder(string root)
{
    private const string RequestFile = "request.json";
    private const string StateFile = "state.json";
    private const string Results = "files";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Every plan, in no particular order; folders that hold none are left alone.</summary>
    public IEnumerable<(CapacityPlanRequest Request, CapacityPlanResponse State)> Read()
    {
        if (!Directory.Exists(root))
            yield break;
        foreach (var folder in Directory.GetDirectories(root))
        {
            if (Of<CapacityPlanRequest>(Path.Combine(folder, RequestFile)) is { } request && Of<CapacityPlanResponse>(Path.Combine(folder, StateFile)) is { } state)
                yield return (request, state);
        }
    }

    public void Write(CapacityPlanRequest request, CapacityPlanResponse state)
    {
        Put(Path.Combine(root, state.Id, RequestFile), JsonSerializer.Serialize(request, Json));
        Write(state);
    }

    public void Write(CapacityPlanResponse state) => Put(Path.Combine(root, state.Id, StateFile), JsonSerializer.Serialize(state, Json));

    public void Write(string id, string name, string text) => Put(Path.Combine(root, id, Results, name), text);

    /// <summary>A file of a plan; null when its state names none such.</summary>
    public string? Text(CapacityPlanResponse state, string name) =>
        state.Files.Contains(name) && File.Exists(Path.Combine(root, state.Id, Results, name)) ? File.ReadAllText(Path.Combine(root, state.Id, Results, name)) : null;

    public void Forget(string id) => Directory.Delete(Path.Combine(root, id), recursive: true);

    private static T? Of<T>(string path)
        where T : class
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllText(path), Json) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Put(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".part", text);
        File.Move(path + ".part", path, overwrite: true);
    }
}
