using ControlPlane.Domain.Units;
using Orleans;

namespace ControlPlane.Domain.Jobs;

/// <summary>
/// Work described by data: buffers on a device that an agent owns, and steps over them. The same program and seed give
/// the same bits on every CPU device.
/// </summary>
/// <param name="Buffers">The memory it works in.</param>
/// <param name="Steps">What is done, in order.</param>
/// <param name="Outputs">Buffers that its checksum covers when it is done, in order.</param>
/// <param name="Seed">Seed of all random data.</param>
/// <param name="Timeout">Most time it may take, or zero for the agent's own bound.</param>
/// <param name="Memory">Most device memory it may take, or null for its share of the GPU's.</param>
[GenerateSerializer, Immutable, Alias("ProgramWork")]
public sealed record ProgramWork(
    [property: Id(0)] ValueList<ProgramBuffer> Buffers,
    [property: Id(1)] ValueList<ProgramStep> Steps,
    [property: Id(2)] ValueList<string> Outputs,
    [property: Id(3)] ulong Seed,
    [property: Id(4)] TimeSpan Timeout,
    [property: Id(5)] Gibibytes? Memory) : WorkSpec
{
    /// <summary>Kernels of the tenant's own, beside those of the catalogue.</summary>
    [Id(6)]
    public ValueList<TenantKernel> Kernels { get; init; } = [];

    /// <inheritdoc/>
    public override bool RunsOnDevice => true;
}

/// <summary>What the elements of a buffer are.</summary>
public enum ElementType
{
    /// <summary>Single precision, 4 bytes.</summary>
    Float32,

    /// <summary>The upper half of a float, 2 bytes.</summary>
    Bfloat16,

    /// <summary>A whole number such as a token, 4 bytes.</summary>
    Int32,
}

/// <summary>A named piece of device memory.</summary>
/// <param name="Name">Name within the program.</param>
/// <param name="Type">What its elements are.</param>
/// <param name="Count">How many elements, 1 or more.</param>
/// <param name="Fill">What it holds before the first step.</param>
[GenerateSerializer, Immutable, Alias("ProgramBuffer")]
public sealed record ProgramBuffer(
    [property: Id(0)] string Name,
    [property: Id(1)] ElementType Type,
    [property: Id(2)] long Count,
    [property: Id(3)] BufferFill Fill);

/// <summary>What a buffer is filled with: a constant, or random numbers of the program's seed.</summary>
/// <param name="IsRandom">True for random numbers.</param>
/// <param name="Value">The constant; 0 for zeros.</param>
/// <param name="Scale">Random floats lie from minus this to below this.</param>
/// <param name="Limit">Random whole numbers lie from 0 to below this.</param>
[GenerateSerializer, Immutable, Alias("BufferFill")]
public readonly record struct BufferFill(
    [property: Id(0)] bool IsRandom,
    [property: Id(1)] double Value,
    [property: Id(2)] double Scale,
    [property: Id(3)] int Limit);

/// <summary>One step of a program.</summary>
[GenerateSerializer, Immutable, Alias("ProgramStep")]
public abstract record ProgramStep;

/// <summary>A kernel of the catalogue, or of the program's own, over the program's buffers.</summary>
/// <param name="Kernel">The kernel, such as <c>sgemm</c>.</param>
/// <param name="Buffers">Which buffer stands for each of its parameters.</param>
/// <param name="Sizes">Its sizes by name.</param>
/// <param name="Scalars">Its numbers by name; the kernel's defaults where left out.</param>
/// <param name="Turn">The size that takes the number of the turn, counted over all loops around from 1, or null.</param>
[GenerateSerializer, Immutable, Alias("KernelStep")]
public sealed record KernelStep(
    [property: Id(0)] string Kernel,
    [property: Id(1)] ValueList<BufferBinding> Buffers,
    [property: Id(2)] ValueList<KernelSize> Sizes,
    [property: Id(3)] ValueList<KernelScalar> Scalars,
    [property: Id(4)] string? Turn) : ProgramStep
{
    /// <summary>How many threads a kernel of the program's own runs; null for one of the catalogue.</summary>
    [Id(5)]
    public LaunchShape? Shape { get; init; }
}

/// <summary>A buffer for one of a kernel's parameters.</summary>
/// <param name="Parameter">The parameter, such as <c>a</c>.</param>
/// <param name="Buffer">The buffer's name.</param>
[GenerateSerializer, Immutable, Alias("BufferBinding")]
public readonly record struct BufferBinding([property: Id(0)] string Parameter, [property: Id(1)] string Buffer);

/// <summary>One number that a kernel takes.</summary>
/// <param name="Name">Such as <c>rate</c>.</param>
/// <param name="Value">The number.</param>
[GenerateSerializer, Immutable, Alias("KernelScalar")]
public readonly record struct KernelScalar([property: Id(0)] string Name, [property: Id(1)] double Value);

/// <summary>Steps that are done again and again.</summary>
/// <param name="Times">How many turns, 1 or more.</param>
/// <param name="Steps">The steps of a turn.</param>
[GenerateSerializer, Immutable, Alias("LoopStep")]
public sealed record LoopStep([property: Id(0)] long Times, [property: Id(1)] ValueList<ProgramStep> Steps) : ProgramStep;

/// <summary>Fills a whole buffer; with random numbers, other ones in every turn.</summary>
/// <param name="Buffer">The buffer's name.</param>
/// <param name="Fill">What it is filled with.</param>
[GenerateSerializer, Immutable, Alias("FillStep")]
public sealed record FillStep([property: Id(0)] string Buffer, [property: Id(1)] BufferFill Fill) : ProgramStep;

/// <summary>Copies elements from one buffer to another of the same type.</summary>
/// <param name="From">The buffer read.</param>
/// <param name="To">The buffer written.</param>
/// <param name="Count">How many elements, 1 or more.</param>
/// <param name="FromOffset">The first element read.</param>
/// <param name="ToOffset">The first element written.</param>
/// <param name="Advance">By how many elements the reading moves on with every turn, beginning anew where the rest is too short; 0 for not.</param>
[GenerateSerializer, Immutable, Alias("CopyStep")]
public sealed record CopyStep(
    [property: Id(0)] string From,
    [property: Id(1)] string To,
    [property: Id(2)] long Count,
    [property: Id(3)] long FromOffset,
    [property: Id(4)] long ToOffset,
    [property: Id(5)] long Advance) : ProgramStep;

/// <summary>Saves buffers, so that work that is interrupted goes on from here.</summary>
/// <param name="Buffers">Names of the buffers; all that the steps after it need of the steps before.</param>
[GenerateSerializer, Immutable, Alias("CheckpointStep")]
public sealed record CheckpointStep([property: Id(0)] ValueList<string> Buffers) : ProgramStep;

/// <summary>Takes the mean of a buffer of floats as the program's loss.</summary>
/// <param name="Buffer">The buffer's name.</param>
[GenerateSerializer, Immutable, Alias("LossStep")]
public sealed record LossStep([property: Id(0)] string Buffer) : ProgramStep;
