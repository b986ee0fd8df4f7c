using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

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

    private static ProgramWork Of(ProgramStep[] steps) => new(
        new[] { "a", "b", "c", "d" }.Select(name => new ProgramBuffer(name, ElementType.Float32, 8, new(true, 0, 1, 0))).ToValueList(),
        steps.ToValueList(), ["a", "b"], 3, TimeSpan.Zero, null);

    private static KernelStep Kernel(string name, long n, params (string Parameter, string Buffer)[] buffers) =>
        new KernelStep(name, buffers.Select(pair => new BufferBinding(pair.Parameter, pair.Buffer)).ToValueList(), [new KernelSize("n", n)], [], null);
}
