using ControlPlane.Domain.Manifests;
using ControlPlane.Simulation;

namespace ControlPlane.Planning.Capacity;

/// <summary>Opens the files that a demand file names; what is wrong with one is told at the field that names it, or in the file itself.</summary>
internal sealed class PlanFiles(Func<string, TextReader>? open, List<ManifestError> errors)
{
    /// <summary>Reads a file; null when that did not go.</summary>
    public T? Read<T>(Manifest manifest, string field, string name, Func<TextReader, string, T> read)
        where T : class
    {
        if (open is null)
        {
            errors.Add(manifest.Error(field, $"'{name}' was not given along with this file", "give its text too"));
            return null;
        }
        try
        {
            using var reader = open(name);
            return read(reader, name);
        }
        catch (TraceFormatException fault)
        {
            errors.Add(new ManifestError(fault.File, fault.Line, 1, fault.Field, "cannot be read", fault.Right));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or NotSupportedException)
        {
            errors.Add(manifest.Error(field, $"'{name}' cannot be used: {fault.Message}", "name a file beside this one"));
        }
        return null;
    }
}
