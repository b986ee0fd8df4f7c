using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;
using ControlPlane.Hardware.Programs;

using CsCheck;

namespace ControlPlane.Hardware.Tests;

/// <summary>Small programs over four buffers, sound or not, and after how many checkpoints they crash.</summary>
internal static class RandomPrograms
{
    private static readonly Gen<string> Name = Gen.Int[0, 3].Select(number => "abcd"[number].ToString());

    private static readonly Gen<ProgramStep> Leaf = Gen.OneOf(
        Gen.Select(Name, Name, Gen.Long[4, 8], (x, y, n) => (ProgramStep)Kernel("axpy", n, ("y", y), ("x", x))),
        Gen.Select(Name, Name, Gen.Long[4, 8], (x, y, n) => (ProgramStep)Kernel("gelu", n, ("output", y), ("input", x))),
        Gen.Select(Name, Gen.Double[-2, 2], (name, value) => (ProgramStep)new FillStep(name, new(false, value, 1, 0))),
        Name.Select(name => (ProgramStep)new FillStep(name, new(true, 0, 2, 0))),
        Gen.Select(Name, Name, Gen.Long[4, 8], Gen.Long[0, 2], (from, to, count, advance) => (ProgramStep)new CopyStep(from, to, count, 0, 0, advance)),
        Name.Select(name => (ProgramStep)new LossStep(name)),
        Saved, Saved, Saved);

    private static Gen<ProgramStep> Saved => Name.Array[1, 4].Select(names => (ProgramStep)new CheckpointStep(names.Distinct().ToValueList()));

    public static Gen<(ProgramWork Program, int CrashAfter)> Any { get; } = Gen.Select(
        Gen.Recursive<ProgramStep>((depth, inner) => depth < 3
            ? Gen.Frequency((3, Leaf), (1, Gen.Select(Gen.Long[1, 3], inner.Array[1, 5], (times, steps) => (ProgramStep)new LoopStep(times, steps.ToValueList()))))
            : Leaf).Array[2, 6],
        Gen.Int[1, 3],
        (steps, crash) => (Of(steps), crash));

    /// <summary>One step of any kernel over buffers that may fit, with sizes of which some are absurd.</summary>
    public static Gen<ProgramWork> OfAnyKernel { get; } = Gen.Select(
        Gen.Int[0, ProgramKernels.Names.Count - 1], Gen.Frequency((6, Gen.Long[1, 6]), (1, Gen.Long)).Array[8], Gen.Frequency((20, Gen.Const(0)), (1, Gen.Int[-3, 9])), Gen.Bool,
        (kernel, sizes, shortfall, isTurn) => OfKernel(ProgramKernels.Names[kernel], sizes, shortfall, isTurn));

    private static ProgramWork OfKernel(string name, long[] values, int shortfall, bool isTurn)
    {
        var program = KernelCatalogue.ProgramOf(name)!;
        var sizes = program.Description.Sizes.Select((size, i) => new Domain.Jobs.KernelSize(size.Name, values[i])).Where(size => !isTurn || size.Name != "step").ToValueList();
        var small = new KernelSizes(program.Description.Sizes.ToDictionary(size => size.Name, _ => 6L));
        var parameters = ProgramKernels.ParametersOf(name)!;
        var buffers = program.Buffers(small).Select((buffer, i) => new ProgramBuffer(
            $"b{i}", ProgramKernels.TypeOf(buffer), 36 + (buffer.Bytes / 2) - shortfall, new(i % 2 == 0, 0, 1, 5)));
        var step = new KernelStep(
            name, parameters.Select((parameter, i) => new BufferBinding(parameter, $"b{i}")).ToValueList(), sizes, [], isTurn && name == "adamw" ? "step" : null);
        return new(buffers.ToValueList(), [new LoopStep(2, [step])], ["b0"], 1, TimeSpan.Zero, null);
    }

    private static ProgramWork Of(ProgramStep[] steps) => new(
        new[] { "a", "b", "c", "d" }.Select(name => new ProgramBuffer(name, ElementType.Float32, 8, new(true, 0, 1, 0))).ToValueList(),
        steps.ToValueList(), ["a", "b"], 3, TimeSpan.Zero, null);

    private static KernelStep Kernel(string name, long n, params (string Parameter, string Buffer)[] buffers) =>
        new KernelStep(name, buffers.Select(pair => new BufferBinding(pair.Parameter, pair.Buffer)).ToValueList(), [new Domain.Jobs.KernelSize("n", n)], [], null);
}
