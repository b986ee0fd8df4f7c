using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Programs;

/// <summary>Checks a step that runs a kernel of the program's own.</summary>
internal static class TenantStepCheck
{
    private const long MostBlocksX = int.MaxValue;
    private const long MostBlocksY = 65_535;
    private const long MostThreads = 1_024;

    /// <summary>Threads of one launch: one for each element of as much as a program can have.</summary>
    private const long MostInAll = ProgramCheck.MaximumBuffers * ProgramCheck.MaximumElements;

    /// <summary>Whole numbers beyond this are not exact in a manifest.</summary>
    private const double ExactWhole = 1L << 53;

    /// <param name="find">Finds a buffer for a field, or says that there is none.</param>
    public static IEnumerable<KernelFlaw> Flaws(KernelStep step, TenantKernels kernels, string path, Func<string, string, ProgramBuffer?> find)
    {
        var kernel = kernels.Find(step.Kernel)!;
        if (step.Sizes.Count > 0 || step.Turn is not null)
            yield return new(path + (step.Turn is null ? ".sizes" : ".turn"), $"{kernel.Name} is the program's own kernel and takes no sizes; give numbers as scalars, grid and block.");
        foreach (var flaw in ShapeFlaws(step, kernels.ThreadsOf(kernel.Name), path))
            yield return flaw;
        foreach (var flaw in BufferFlaws(step, kernel, path, find).Concat(ScalarFlaws(step, kernel, path)))
            yield return flaw;
    }

    private static IEnumerable<KernelFlaw> ShapeFlaws(KernelStep step, (long? Most, long? Exactly) threads, string path)
    {
        if (step.Shape is not { } shape)
        {
            yield return new(path, $"{step.Kernel} is the program's own kernel: say how many threads it runs, such as grid: [16] and block: 256.");
            yield break;
        }
        if (shape.GridX is < 1 or > MostBlocksX)
            yield return new(path + ".grid[0]", FormattableString.Invariant($"The grid is {shape.GridX} blocks wide; 1 to {MostBlocksX} are possible."));
        if (shape.GridY is < 1 or > MostBlocksY)
            yield return new(path + ".grid[1]", FormattableString.Invariant($"The grid is {shape.GridY} blocks high; 1 to {MostBlocksY} are possible."));
        if (shape.Block is < 1 or > MostThreads)
            yield return new(path + ".block", FormattableString.Invariant($"A block has {shape.Block} threads; 1 to {MostThreads} are possible."));
        else if (threads.Exactly is { } exactly && shape.Block != exactly)
            yield return new(path + ".block", FormattableString.Invariant($"A block has {shape.Block} threads, but the kernel's .reqntid requires {exactly}."));
        else if (threads.Most is { } most && shape.Block > most)
            yield return new(path + ".block", FormattableString.Invariant($"A block has {shape.Block} threads, but the kernel's .maxntid allows {most}."));
        if ((Int128)shape.GridX * shape.GridY * shape.Block is var all && all > MostInAll)
            yield return new(path + ".grid", FormattableString.Invariant($"Grid and block come to {all} threads; at most {MostInAll} are possible, one for each element that a program can have."));
    }

    private static IEnumerable<KernelFlaw> BufferFlaws(KernelStep step, TenantKernel kernel, string path, Func<string, string, ProgramBuffer?> find)
    {
        var parameters = kernel.Parameters.Items.Where(parameter => parameter.Buffer is not null).ToList();
        foreach (var binding in step.Buffers.Items.Where(binding => !parameters.Exists(parameter => parameter.Name == binding.Parameter)))
            yield return new($"{path}.buffers.{binding.Parameter}", $"{kernel.Name} has no buffer \"{binding.Parameter}\"; it has {Listed(parameters)}.");
        foreach (var parameter in parameters)
        {
            var field = $"{path}.buffers.{parameter.Name}";
            var bound = step.Buffers.Items.Where(binding => binding.Parameter == parameter.Name).Select(binding => binding.Buffer).FirstOrDefault();
            if (bound is null)
                yield return new(path + ".buffers", $"{kernel.Name} also needs a buffer for \"{parameter.Name}\".");
            else if (find(bound, field) is { } buffer && buffer.Type != parameter.Buffer)
                yield return new(field, $"\"{buffer.Name}\" holds {buffer.Type}, but {kernel.Name} takes {parameter.Buffer} there.");
        }
    }

    private static IEnumerable<KernelFlaw> ScalarFlaws(KernelStep step, TenantKernel kernel, string path)
    {
        var parameters = kernel.Parameters.Items.Where(parameter => parameter.Scalar is not null).ToList();
        foreach (var (name, _) in step.Scalars.Items.Where(scalar => !parameters.Exists(parameter => parameter.Name == scalar.Name)))
            yield return new($"{path}.scalars.{name}", $"{kernel.Name} takes no number \"{name}\"; it takes {Listed(parameters)}.");
        foreach (var parameter in parameters)
        {
            var given = step.Scalars.Items.Where(scalar => scalar.Name == parameter.Name).Select(scalar => (double?)scalar.Value).FirstOrDefault();
            if (given is not { } value)
                yield return new(path + ".scalars", $"{kernel.Name} also needs the number \"{parameter.Name}\".");
            else if (!Fits(value, parameter.Scalar!.Value))
                yield return new($"{path}.scalars.{parameter.Name}", FormattableString.Invariant($"{parameter.Name} is {value}, which no {parameter.Scalar} of a manifest holds."));
        }
    }

    private static bool Fits(double value, ScalarType type) => type switch
    {
        ScalarType.Float32 => Math.Abs(value) <= float.MaxValue,
        ScalarType.Float64 => double.IsFinite(value),
        ScalarType.Int32 => value == Math.Floor(value) && value is >= int.MinValue and <= uint.MaxValue,
        _ => value == Math.Floor(value) && Math.Abs(value) <= ExactWhole,
    };

    private static string Listed(List<TenantParameter> parameters) => parameters.Count == 0 ? "none" : string.Join(", ", parameters.Select(parameter => parameter.Name));
}
