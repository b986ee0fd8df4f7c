using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Exchange;
using ControlPlane.Conformance.Tests.Facility;
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
        var file = JsonNode.Parse(File.ReadAllText(path));
        if (file is JsonArray messages)
            return ExchangeFile.Run(messages);
        var root = file as JsonObject ?? throw new CaseException("the file is neither a JSON object nor a list of messages");
        return (root["schema"] ?? root["format"])?.ToString() switch
        {
            PhysicsFile.Schema => PhysicsFile.Run(path, root),
            FacilityFile.Format => FacilityFile.Run(path, root),
            null => CaseFile.Run(root),
            var schema => throw new CaseException($"the schema '{schema}' is not known"),
        };
    }
}
