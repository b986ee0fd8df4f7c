namespace ControlPlane.Hardware.Kernels;

/// <summary>The kernels a job can ask for. Thread safe; loads nothing native.</summary>
public static class KernelCatalogue
{
    public const int MaximumRepetitions = 100_000;

    private static readonly KernelProgram[] Programs =
    [
        .. from bfloat16 in new[] { false, true } from form in Enum.GetValues<GemmForm>() select new GemmProgram(form, bfloat16),
        .. ElementwisePrograms.All, new Bfloat16Program(),
        new SumProgram(), new MaximumProgram(), new ArgmaxProgram(), new DotProgram(), new NormProgram(),
        new SoftmaxProgram(), new SoftmaxBackwardProgram(), new CrossEntropyProgram(), new CrossEntropyBackwardProgram(),
        new RowNormProgram(centred: true), new RowNormBackwardProgram(centred: true),
        new RowNormProgram(centred: false), new RowNormBackwardProgram(centred: false),
        new EmbeddingProgram(), new EmbeddingBackwardProgram(), new AdamwProgram(),
        new PrefillAttentionProgram(), new AttentionBackwardProgram(), new DecodeAttentionProgram(),
        new MemoryPatternProgram(), new BurnProgram(),
    ];

    public static IReadOnlyList<KernelDescription> Kernels { get; } = [.. Programs.Select(program => program.Description)];

    public static KernelDescription? Find(string name) => ProgramOf(name)?.Description;

    /// <summary>What is wrong with a request, all of it at once; empty when it can run.</summary>
    public static IReadOnlyList<KernelFlaw> Validate(string name, IReadOnlyDictionary<string, long> sizes, int repetitions)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        var program = ProgramOf(name);
        if (program is null)
            return [new("name", $"There is no kernel \"{name}\"; there are {string.Join(", ", Kernels.Select(kernel => kernel.Name))}.")];
        var flaws = FlawsOfEach(program.Description, sizes).ToList();
        if (repetitions is < 1 or > MaximumRepetitions)
            flaws.Add(new("repetitions", FormattableString.Invariant($"repetitions is {repetitions}, but must be from 1 to {MaximumRepetitions}.")));
        if (flaws.Count == 0)
            flaws.AddRange(program.Flaws(SizesOf(program, sizes)));
        return flaws;
    }

    /// <summary>The sizes with defaults filled in. The request must be valid.</summary>
    public static IReadOnlyDictionary<string, long> WithDefaults(string name, IReadOnlyDictionary<string, long> sizes)
    {
        var kernel = Find(name) ?? throw new ArgumentException($"There is no kernel \"{name}\".", nameof(name));
        return kernel.Sizes.ToDictionary(size => size.Name, size => sizes.GetValueOrDefault(size.Name, size.Default));
    }

    /// <summary>Device memory a valid request takes.</summary>
    public static long RequiredBytes(string name, IReadOnlyDictionary<string, long> sizes)
    {
        var program = ProgramOf(name) ?? throw new ArgumentException($"There is no kernel \"{name}\".", nameof(name));
        return program.Buffers(SizesOf(program, sizes)).Sum(buffer => buffer.Bytes);
    }

    /// <summary>Floating-point operations (GFLOP/s kernels) or bytes moved (GB/s kernels) in one repetition of a valid request.</summary>
    public static double WorkPerRepetition(string name, IReadOnlyDictionary<string, long> sizes)
    {
        var program = ProgramOf(name) ?? throw new ArgumentException($"There is no kernel \"{name}\".", nameof(name));
        return program.Work(SizesOf(program, sizes));
    }

    internal static KernelProgram? ProgramOf(string name) => Programs.FirstOrDefault(program => program.Description.Name == name);

    internal static KernelSizes SizesOf(KernelProgram program, IReadOnlyDictionary<string, long> sizes) =>
        new(WithDefaults(program.Description.Name, sizes));

    private static IEnumerable<KernelFlaw> FlawsOfEach(KernelDescription kernel, IReadOnlyDictionary<string, long> sizes)
    {
        foreach (var (name, value) in sizes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var size = kernel.Sizes.FirstOrDefault(known => known.Name == name);
            if (size is null)
                yield return new($"sizes.{name}", $"{kernel.Name} has no size \"{name}\"; it has {string.Join(", ", kernel.Sizes.Select(known => known.Name))}.");
            else if (value < size.Minimum || value > size.Maximum)
                yield return KernelFlaw.OutOfRange($"sizes.{name}", value, size);
            else if (value % size.Step != 0)
                yield return new($"sizes.{name}", FormattableString.Invariant($"sizes.{name} is {value}, but must be a multiple of {size.Step}; {value - value % size.Step} would do."));
        }
    }
}
