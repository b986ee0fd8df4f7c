using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Physics;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>A file of cases of any kind that is known: it says itself which.</summary>
public static class AnyCaseFile
{
    /// <summary>Runs every case of a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CaseException">The file is not of a form that is known.</exception>
    public static IReadOnlyList<CaseOutcome> Run(string path)
    {
        var root = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new CaseException("the file is not a JSON object");
        return root["schema"]?.ToString() switch
        {
            PhysicsFile.Schema => PhysicsFile.Run(path, root),
            null => CaseFile.Run(root),
            var schema => throw new CaseException($"the schema '{schema}' is not known"),
        };
    }
}
