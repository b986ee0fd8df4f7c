using ControlPlane.Api;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Cli;

/// <summary>The PTX files that job manifests name, sent along with them.</summary>
internal static class PtxFiles
{
    /// <summary>Far above what a host takes: whoever names a wrong file should not wait for it to be sent.</summary>
    private const long MostBytes = 1 << 20;

    /// <summary>The request for manifests, with the files that they name.</summary>
    /// <exception cref="CommandException">A file cannot be read; what is wrong with manifests is for the host to say.</exception>
    public static ApplyRequest Request(IReadOnlyList<FileBody> files, bool dryRun)
    {
        var errors = new List<ManifestError>();
        var beside = new Dictionary<string, FileBody>(StringComparer.Ordinal);
        foreach (var manifest in files.SelectMany(file => ManifestReader.Read(file.Text, file.Name).Manifests))
        {
            foreach (var (field, path) in TenantKernelFiles.NamedBy(manifest))
            {
                if (Read(path, problem => errors.Add(manifest.Error(field, problem, "name a file of PTX, from this manifest's folder"))) is { } text)
                    beside[path] = new FileBody(path, text);
            }
        }
        return errors.Count == 0
            ? new ApplyRequest(files, dryRun, beside.Count == 0 ? null : [.. beside.Values])
            : throw new CommandException(ExitCodes.BadInput, string.Join(Environment.NewLine, errors));
    }

    /// <summary>A manifest with the texts of the files that it names.</summary>
    public static Manifest Inlined(Manifest manifest, List<ManifestError> errors)
    {
        var fields = TenantKernelFiles.NamedBy(manifest).ToLookup(named => named.Path, named => named.Field);
        return TenantKernelFiles.With(manifest, path => Read(path, problem => errors.Add(manifest.Error(fields[path].First(), problem, "name a file of PTX, from this manifest's folder"))));
    }

    private static string? Read(string path, Action<string> complain)
    {
        try
        {
            if (new FileInfo(path).Length is var bytes && bytes <= MostBytes)
                return File.ReadAllText(path);
            complain($"names {path}, which has {bytes} bytes");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            complain($"names {path}, which cannot be read: {fault.Message}");
        }
        return null;
    }
}
