using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Programs;

/// <summary>
/// What is wrong with a program, all of it at once, before any of it runs: names, types, element counts, kernels and
/// their sizes, memory, lengths, and checkpoints that would not bring back what the steps after them need.
/// </summary>
public static class ProgramCheck
{
    /// <summary>Most buffers of a program.</summary>
    public const int MaximumBuffers = 128;

    /// <summary>Most elements of one buffer: as many as a kernel takes.</summary>
    public const long MaximumElements = 1L << 28;

    /// <summary>Most steps as they are written; a program is part of its job's durable record.</summary>
    public const int MaximumSteps = 512;

    /// <summary>Most steps as they are done, turns counted.</summary>
    public const long MaximumRun = 1_000_000_000;

    /// <summary>How deep loops may be nested.</summary>
    public const int MaximumDepth = 4;

    /// <summary>The flaws, each with its field as the manifest has it below <c>program</c>; empty when the program can run.</summary>
    public static IReadOnlyList<KernelFlaw> Flaws(ProgramWork program)
    {
        ArgumentNullException.ThrowIfNull(program);
        var flaws = BufferCheck.Flaws(program).ToList();
        var buffers = program.Buffers.Items.DistinctBy(buffer => buffer.Name).ToDictionary(buffer => buffer.Name);
        var steps = new StepCheck(buffers, new TenantKernels(program, flaws), flaws);
        steps.Check(program.Steps, "steps", 0);
        if (program.Steps.Count == 0)
            flaws.Add(new("steps", "The list is empty; give at least one step."));
        if (steps.Written > MaximumSteps)
            flaws.Add(new("steps", FormattableString.Invariant($"There are {steps.Written} steps, but at most {MaximumSteps}; use loops.")));
        for (var i = 0; i < program.Outputs.Count; i++)
        {
            if (!buffers.ContainsKey(program.Outputs[i]))
                flaws.Add(NoBuffer($"outputs[{i}]", program.Outputs[i], buffers.Keys));
        }
        if (flaws.Count == 0)
            flaws.AddRange(LengthFlaws(program));
        if (flaws.Count == 0)
            flaws.AddRange(CheckpointCheck.Flaws(program));
        return flaws;
    }

    /// <summary>Device memory that a program's buffers take, in bytes.</summary>
    public static long RequiredBytes(ProgramWork program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return program.Buffers.Items.Sum(BytesOf);
    }

    internal static long BytesOf(ProgramBuffer buffer) => buffer.Count * ProgramKernels.BytesOf(buffer.Type);

    internal static KernelFlaw NoBuffer(string field, string name, IEnumerable<string> known) =>
        new(field, $"There is no buffer \"{name}\"; there are {string.Join(", ", known)}.");

    private static IEnumerable<KernelFlaw> LengthFlaws(ProgramWork program)
    {
        long count;
        try
        {
            count = new ProgramPlan(program.Steps).Count;
        }
        catch (OverflowException)
        {
            count = long.MaxValue;
        }
        if (count > MaximumRun)
            yield return new("steps", FormattableString.Invariant($"With all turns of the loops there are {(count == long.MaxValue ? "more than 2^63" : count)} steps, but at most {MaximumRun}; let loops have fewer turns."));
    }
}

internal static class BufferCheck
{
    public static IEnumerable<KernelFlaw> Flaws(ProgramWork program)
    {
        if (program.Buffers.Count is 0 or > ProgramCheck.MaximumBuffers)
            yield return new("buffers", FormattableString.Invariant($"There are {program.Buffers.Count} buffers; give 1 to {ProgramCheck.MaximumBuffers}."));
        var sound = true;
        for (var i = 0; i < program.Buffers.Count; i++)
        {
            var (buffer, path) = (program.Buffers[i], $"buffers[{i}]");
            if (!Names.IsValid(buffer.Name))
                yield return new(path + ".name", $"\"{buffer.Name}\" is not a name; use {Names.Rule}.");
            else if (program.Buffers.Items.Take(i).Any(before => before.Name == buffer.Name))
                yield return new(path + ".name", $"\"{buffer.Name}\" is given twice; give each buffer its own name.");
            if (buffer.Count is < 1 or > ProgramCheck.MaximumElements)
            {
                sound = false;
                yield return new(path + ".count", FormattableString.Invariant($"count is {buffer.Count}, but a buffer has from 1 to {ProgramCheck.MaximumElements} elements."));
            }
            foreach (var flaw in FillFlaws(buffer.Type, buffer.Fill, path))
                yield return flaw;
        }
        if (sound && program.Memory is { } memory && ProgramCheck.RequiredBytes(program) is var needed && needed > memory.Mebibytes * (1L << 20))
            yield return new("memory", FormattableString.Invariant($"The buffers take {needed} bytes, but memory allows {memory.Mebibytes * (1L << 20)}; allow more, or make buffers smaller."));
    }

    public static IEnumerable<KernelFlaw> FillFlaws(ElementType type, BufferFill fill, string path)
    {
        if (!fill.IsRandom)
        {
            if (!double.IsFinite(fill.Value) || Math.Abs(fill.Value) > float.MaxValue)
                yield return new(path + ".value", FormattableString.Invariant($"value is {fill.Value}, which no float holds."));
            else if (type == ElementType.Int32 && (fill.Value != Math.Floor(fill.Value) || Math.Abs(fill.Value) > int.MaxValue))
                yield return new(path + ".value", FormattableString.Invariant($"value is {fill.Value}, but the buffer holds whole numbers of 32 bits."));
        }
        else if (type == ElementType.Int32 && fill.Limit is < 1 or > 1 << 24)
        {
            yield return new(path + ".limit", FormattableString.Invariant($"limit is {fill.Limit}; random whole numbers lie below a limit of 1 to {1 << 24}."));
        }
        else if (type != ElementType.Int32 && (!double.IsFinite(fill.Scale) || fill.Scale is <= 0 or > 1e30))
        {
            yield return new(path + ".scale", FormattableString.Invariant($"scale is {fill.Scale}; random floats have a scale above 0, to 1e30."));
        }
    }
}
