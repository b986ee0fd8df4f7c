using System.Globalization;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

/// <summary>Turns the kernels of a program's own into <see cref="TenantKernel"/>s, and back.</summary>
internal static class TenantKernelReader
{
    /// <summary>What must hold of each kernel as it is written. Its PTX is checked where PTX is known.</summary>
    public static void Check(Manifest manifest, IReadOnlyList<TenantKernelSpec> kernels, string path, List<ManifestError> errors)
    {
        for (var index = 0; index < kernels.Count; index++)
        {
            var (kernel, place) = (kernels[index], string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"));
            if (kernel is { PtxFile: not null, Ptx: not null })
                errors.Add(manifest.Error(place, "has both ptx and ptxFile", "give exactly one of them"));
            else if (kernel.PtxFile is { } file)
                errors.Add(manifest.Error(place + ".ptxFile", $"names {file}, which did not come along", "submit with factoryctl, send the file in 'beside' by that path, or write its text as ptx"));
            else if (kernel.Ptx is null)
                errors.Add(manifest.Error(place, "has no PTX", "give exactly one of ptx and ptxFile"));
            for (var i = 0; i < kernel.Parameters.Count; i++)
            {
                var (parameter, at) = (kernel.Parameters[i], string.Create(CultureInfo.InvariantCulture, $"{place}.parameters[{i}]"));
                if (parameter.Buffer is null == parameter.Scalar is null)
                    errors.Add(manifest.Error(at, parameter.Buffer is null ? "is neither a buffer nor a number" : "is both a buffer and a number", "give exactly one of buffer and scalar"));
                else if (parameter is { Scalar: not null, Access: not BufferAccess.Read })
                    errors.Add(manifest.Error(at + ".access", "is for buffers", "leave it out"));
            }
        }
    }

    /// <summary>What must hold of a step that runs one.</summary>
    public static void Check(Manifest manifest, ProgramStepSpec step, string path, List<ManifestError> errors)
    {
        if (step.Grid.Count > 2)
            errors.Add(manifest.Error(path + ".grid", $"has {step.Grid.Count} numbers", "give one for x, or two for x and y"));
        if (step.Grid.Count > 0 != step.Block is not null)
            errors.Add(manifest.Error(path, step.Block is null ? "gives grid without block" : "gives block without grid", "a kernel of the program's own takes both, one of the catalogue neither"));
    }

    public static ValueList<TenantKernel> Read(IReadOnlyList<TenantKernelSpec> kernels) => kernels.Select(kernel => new TenantKernel(
        kernel.Name, kernel.Ptx ?? "", kernel.Entry ?? kernel.Name,
        kernel.Parameters.Select(parameter => new TenantParameter(parameter.Name, parameter.Buffer, parameter.Access, parameter.Scalar)).ToValueList())).ToValueList();

    public static TenantKernelSpec[] Write(IEnumerable<TenantKernel> kernels) => [.. kernels.Select(kernel => new TenantKernelSpec
    {
        Name = kernel.Name,
        Ptx = kernel.Ptx,
        Entry = kernel.Entry,
        Parameters = [.. kernel.Parameters.Select(parameter => new TenantParameterSpec
        {
            Name = parameter.Name,
            Buffer = parameter.Buffer,
            Access = parameter.Access,
            Scalar = parameter.Scalar,
        })],
    })];

    public static LaunchShape? Shape(ProgramStepSpec step) =>
        step is { Grid: [var x, ..], Block: { } block } ? new(x, step.Grid.Count > 1 ? step.Grid[1] : 1, block) : null;
}
