using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;
using ControlPlane.Hardware.Ptx;

namespace ControlPlane.Hardware.Programs;

/// <summary>A program's own kernels, their PTX read and held against how they are called.</summary>
internal sealed class TenantKernels
{
    /// <summary>Most kernels of a program's own.</summary>
    private const int Most = 16;

    private readonly Dictionary<string, (TenantKernel Kernel, PtxFunction? Entry, PtxModule? Module)> _kernels = new(StringComparer.Ordinal);

    /// <param name="flaws">Receives what is wrong, each with its field.</param>
    public TenantKernels(ProgramWork program, List<KernelFlaw> flaws)
    {
        if (program.Kernels.Count > Most)
            flaws.Add(new("kernels", FormattableString.Invariant($"There are {program.Kernels.Count} kernels of its own; at most {Most} are taken.")));
        var texts = program.Kernels.Items.Select(kernel => kernel.Ptx).Distinct(StringComparer.Ordinal).ToList();
        if (texts.Sum(text => (long)text.Length) is var length && length > PtxLimits.Characters)
            flaws.Add(new("kernels", FormattableString.Invariant($"Their PTX has {length} characters in all; at most {PtxLimits.Characters} are taken.")));
        if (flaws.Exists(flaw => flaw.Field == "kernels"))
            return;
        var modules = texts.ToDictionary(text => text, PtxReader.Read, StringComparer.Ordinal);
        for (var i = 0; i < program.Kernels.Count; i++)
        {
            var (kernel, path) = (program.Kernels[i], $"kernels[{i}]");
            var (module, wrong) = modules[kernel.Ptx];
            flaws.AddRange(NameFlaws(kernel, path));
            flaws.AddRange(wrong.Select(flaw => new KernelFlaw(path + ".ptx", flaw.ToString())));
            var entry = module?.Entries.FirstOrDefault(entry => entry.Name == kernel.Entry);
            if (module is not null && entry is null)
                flaws.Add(new(path + ".entry", $"The PTX has no entry \"{kernel.Entry}\"; it has {string.Join(", ", module.Entries.Select(known => known.Name))}."));
            if (!_kernels.TryAdd(kernel.Name, (kernel, entry, module)))
                flaws.Add(new(path + ".name", $"\"{kernel.Name}\" is given twice; give each kernel its own name."));
            flaws.AddRange(ParameterFlaws(kernel, entry, path));
        }
    }

    /// <summary>Their names, in no order.</summary>
    public IEnumerable<string> Names => _kernels.Keys;

    /// <summary>The kernel of a name, or null when the program has none of its own by it.</summary>
    public TenantKernel? Find(string name) => _kernels.TryGetValue(name, out var found) ? found.Kernel : null;

    /// <summary>How many threads of a block a kernel says that it takes: at most, or exactly.</summary>
    public (long? Most, long? Exactly) ThreadsOf(string name) =>
        _kernels.TryGetValue(name, out var found) && found.Entry is { } entry ? (entry.MostThreads, entry.RequiredThreads) : default;

    /// <summary>The module of a kernel of a sound program.</summary>
    public PtxModule ModuleOf(TenantKernel kernel) => _kernels[kernel.Name].Module!;

    private static IEnumerable<KernelFlaw> NameFlaws(TenantKernel kernel, string path)
    {
        if (!Domain.Names.IsValid(kernel.Name))
            yield return new(path + ".name", $"\"{kernel.Name}\" is not a name; use {Domain.Names.Rule}.");
        if (KernelCatalogue.Find(kernel.Name) is not null)
            yield return new(path + ".name", $"\"{kernel.Name}\" is a kernel of the catalogue; choose another name.");
    }

    private static IEnumerable<KernelFlaw> ParameterFlaws(TenantKernel kernel, PtxFunction? entry, string path)
    {
        if (entry is not null && entry.Parameters.Count != kernel.Parameters.Count)
        {
            yield return new(path + ".parameters", FormattableString.Invariant($"{kernel.Parameters.Count} are given, but the entry \"{entry.Name}\" has {entry.Parameters.Count} in PTX line {entry.Line}."));
        }
        for (var i = 0; i < kernel.Parameters.Count; i++)
        {
            var (parameter, place) = (kernel.Parameters[i], $"{path}.parameters[{i}]");
            if (parameter.Name.Length is 0 or > 64)
                yield return new(place + ".name", "A parameter's name has 1 to 64 characters.");
            if (kernel.Parameters.Items.Take(i).Any(before => before.Name == parameter.Name))
                yield return new(place + ".name", $"\"{parameter.Name}\" is given twice; give each parameter its own name.");
            if (parameter.Buffer is null == parameter.Scalar is null)
                yield return new(place, $"\"{parameter.Name}\" must be a buffer or a number, and not both.");
            else if (entry is not null && i < entry.Parameters.Count && TypeFlaw(parameter, entry.Parameters[i]) is { } flaw)
                yield return new(place, flaw);
        }
    }

    private static string? TypeFlaw(TenantParameter given, PtxParameter declared)
    {
        if (declared.IsArray)
            return $"\"{declared.Name}\" of the PTX is a structure or an array; an entry of a program takes single addresses and numbers.";
        var (what, fitting) = given switch
        {
            { Buffer: not null } => ("the address of a buffer", new[] { ".u64", ".b64", ".s64" }),
            { Scalar: ScalarType.Float32 } => ("float32", [".f32", ".b32"]),
            { Scalar: ScalarType.Float64 } => ("float64", [".f64", ".b64"]),
            { Scalar: ScalarType.Int32 } => ("int32", [".s32", ".u32", ".b32"]),
            _ => ("int64", [".s64", ".u64", ".b64"]),
        };
        return fitting.Contains(declared.Type)
            ? null
            : $"\"{given.Name}\" is {what}, but \"{declared.Name}\" of the PTX is {declared.Type}; {string.Join(" or ", fitting)} would be right.";
    }
}
