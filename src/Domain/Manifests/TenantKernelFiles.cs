using System.Globalization;

namespace ControlPlane.Domain.Manifests;

/// <summary>The files that a Job manifest names for the PTX of its own kernels.</summary>
public static class TenantKernelFiles
{
    /// <summary>Each file that a manifest names, from where the manifest's own file is named, and the field that names it.</summary>
    public static IEnumerable<(string Field, string Path)> NamedBy(Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return Kernels(manifest).Select((kernel, index) => (Kernel: kernel, Index: index)).Where(pair => pair.Kernel.PtxFile is not null)
            .Select(pair => (string.Create(CultureInfo.InvariantCulture, $"spec.program.kernels[{pair.Index}].ptxFile"), PathOf(manifest, pair.Kernel.PtxFile!)));
    }

    /// <summary>The manifest with the texts in the places of the files that are known; others stay named.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="textOf">The text of a file by its path, or null.</param>
    public static Manifest With(Manifest manifest, Func<string, string?> textOf)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(textOf);
        if (manifest.Spec is not JobManifestSpec { Program: { } program } job || program.Kernels.Count == 0)
            return manifest;
        // Both given stays both: the reader says that it is one too many.
        var kernels = program.Kernels.Select(kernel => kernel is { PtxFile: { } file, Ptx: null } && textOf(PathOf(manifest, file)) is { } text
            ? kernel with { Ptx = text, PtxFile = null }
            : kernel).ToList();
        return manifest with { Spec = job with { Program = program with { Kernels = kernels } } };
    }

    private static IReadOnlyList<TenantKernelSpec> Kernels(Manifest manifest) => manifest.Spec is JobManifestSpec { Program: { } program } ? program.Kernels : [];

    private static string PathOf(Manifest manifest, string file) => Path.Combine(Path.GetDirectoryName(manifest.Origin.File) ?? "", file);
}
