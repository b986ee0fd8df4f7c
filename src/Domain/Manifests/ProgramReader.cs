using System.Globalization;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

/// <summary>Turns the program of a Job manifest into a <see cref="ProgramWork"/>, and back.</summary>
internal static class ProgramReader
{
    private const string StepChoices = "give exactly one of kernel, loop, fill, copy, checkpoint and loss";

    /// <summary>What must hold of each step as it is written. What it names and needs is checked where kernels are known.</summary>
    public static void Check(Manifest manifest, IReadOnlyList<ProgramStepSpec> steps, string path, List<ManifestError> errors)
    {
        for (var index = 0; index < steps.Count; index++)
        {
            var (step, place) = (steps[index], string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"));
            var kinds = new[] { step.Kernel is not null, step.Loop is not null, step.Fill is not null, step.Copy is not null, step.Checkpoint.Count > 0, step.Loss is not null };
            if (kinds.Count(given => given) != 1)
                errors.Add(manifest.Error(place, kinds.Contains(true) ? "is several steps in one" : "does nothing", StepChoices));
            if (step.Kernel is null && (step.Buffers.Count > 0 || step.Sizes.Count > 0 || step.Scalars.Count > 0 || step.Turn is not null || step.Grid.Count > 0 || step.Block is not null))
                errors.Add(manifest.Error(place, "gives what only a kernel takes", "leave buffers, sizes, scalars, turn, grid and block out, or name the kernel"));
            TenantKernelReader.Check(manifest, step, place, errors);
            if (step.Loop is { } loop)
                Check(manifest, loop.Steps, place + ".loop.steps", errors);
        }
    }

    public static ProgramWork Read(ProgramWorkSpec spec) => new(
        spec.Buffers.Select(buffer => new ProgramBuffer(
            buffer.Name, buffer.Type, buffer.Count, Fill(buffer.Fill == "random", buffer.Fill == "zeros" ? 0 : buffer.Value, buffer.Scale, buffer.Limit))).ToValueList(),
        Steps(spec.Steps), spec.Outputs.ToValueList(), (ulong)spec.Seed, spec.Timeout ?? TimeSpan.Zero, spec.Memory)
    {
        Kernels = TenantKernelReader.Read(spec.Kernels),
    };

    public static ProgramWorkSpec Write(ProgramWork work) => new()
    {
        Buffers = [.. work.Buffers.Select(buffer => new ProgramBufferSpec
        {
            Name = buffer.Name,
            Type = buffer.Type,
            Count = buffer.Count,
            Fill = buffer.Fill.IsRandom ? "random" : buffer.Fill.Value == 0 ? "zeros" : "constant",
            Value = buffer.Fill.Value,
            Scale = buffer.Fill.Scale,
            Limit = buffer.Fill.Limit,
        })],
        Kernels = TenantKernelReader.Write(work.Kernels.Items),
        Steps = Steps(work.Steps.Items),
        Outputs = [.. work.Outputs],
        Seed = (long)work.Seed,
        Timeout = work.Timeout == TimeSpan.Zero ? null : work.Timeout,
        Memory = work.Memory,
    };

    // What the kind of fill does not use is left out, so that equal fills compare as equal.
    private static BufferFill Fill(bool isRandom, double value, double scale, int limit) =>
        isRandom ? new(true, 0, scale, limit) : new(false, value, 1, 0);

    private static ValueList<ProgramStep> Steps(IReadOnlyList<ProgramStepSpec> steps) => steps.Select(Step).ToValueList();

    private static ProgramStep Step(ProgramStepSpec step) => step switch
    {
        { Kernel: { } kernel } => new KernelStep(
            kernel,
            Sorted(step.Buffers).Select(pair => new BufferBinding(pair.Key, pair.Value)).ToValueList(),
            Sorted(step.Sizes).Select(pair => new KernelSize(pair.Key, pair.Value)).ToValueList(),
            Sorted(step.Scalars).Select(pair => new KernelScalar(pair.Key, pair.Value)).ToValueList(), step.Turn)
        {
            Shape = TenantKernelReader.Shape(step),
        },
        { Loop: { } loop } => new LoopStep(loop.Times, Steps(loop.Steps)),
        { Fill: { } fill } => new FillStep(fill.Buffer, Fill(fill.With == "random", fill.Value, fill.Scale, fill.Limit)),
        { Copy: { } copy } => new CopyStep(copy.From, copy.To, copy.Count, copy.FromOffset, copy.ToOffset, copy.Advance),
        { Loss: { } loss } => new LossStep(loss),
        _ => new CheckpointStep(step.Checkpoint.ToValueList()),
    };

    private static IEnumerable<KeyValuePair<string, T>> Sorted<T>(IReadOnlyDictionary<string, T> values) => values.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private static ProgramStepSpec[] Steps(IEnumerable<ProgramStep> steps) => [.. steps.Select(Step)];

    private static ProgramStepSpec Step(ProgramStep step) => step switch
    {
        KernelStep kernel => new()
        {
            Kernel = kernel.Kernel,
            Buffers = kernel.Buffers.ToDictionary(binding => binding.Parameter, binding => binding.Buffer),
            Sizes = kernel.Sizes.ToDictionary(size => size.Name, size => size.Value),
            Scalars = kernel.Scalars.ToDictionary(scalar => scalar.Name, scalar => scalar.Value),
            Turn = kernel.Turn,
            Grid = kernel.Shape is { } shape ? [shape.GridX, shape.GridY] : [],
            Block = kernel.Shape?.Block,
        },
        LoopStep loop => new() { Loop = new() { Times = loop.Times, Steps = Steps(loop.Steps.Items) } },
        FillStep { Buffer: var buffer, Fill: var fill } => new()
        {
            Fill = new() { Buffer = buffer, With = fill.IsRandom ? "random" : "constant", Value = fill.Value, Scale = fill.Scale, Limit = fill.Limit },
        },
        CopyStep copy => new()
        {
            Copy = new() { From = copy.From, To = copy.To, Count = copy.Count, FromOffset = copy.FromOffset, ToOffset = copy.ToOffset, Advance = copy.Advance },
        },
        LossStep loss => new() { Loss = loss.Buffer },
        _ => new() { Checkpoint = [.. ((CheckpointStep)step).Buffers] },
    };
}
