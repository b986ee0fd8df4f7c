using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute, which the schema publishes.

/// <summary>Program work of a Job manifest.</summary>
[Meaning("Buffers on one device and steps over them; checked as a whole before any of it runs.")]
public sealed record ProgramWorkSpec
{
    [Meaning("The device memory it works in.")]
    public required IReadOnlyList<ProgramBufferSpec> Buffers { get; init; }

    [Meaning("Kernels of your own, as PTX; only where the site has tenantKernels.")]
    public IReadOnlyList<TenantKernelSpec> Kernels { get; init; } = [];

    [Meaning("What is done, in order.")]
    public required IReadOnlyList<ProgramStepSpec> Steps { get; init; }

    [Meaning("Buffers that the checksum of its result covers, in order.")]
    public IReadOnlyList<string> Outputs { get; init; } = [];

    [Meaning("Seed of all random data. Default 42."), Between(0, 9e15)]
    public long Seed { get; init; } = 42;

    [Meaning("Most time it may take; the agent's own bound when left out."), Between(1, 2_592_000)]
    public TimeSpan? Timeout { get; init; }

    [Meaning("Most device memory it may take, such as 8GiB; all of its GPU's when left out."), Between(0.0009765625, 1e6)]
    public Gibibytes? Memory { get; init; }
}

/// <summary>A buffer of a program.</summary>
[Meaning("A named piece of device memory.")]
public sealed record ProgramBufferSpec
{
    [Meaning("Name within the program.")]
    public required string Name { get; init; }

    [Meaning("What its elements are. Default float32.")]
    public ElementType Type { get; init; }

    [Meaning("How many elements."), Between(1, 268_435_456)]
    public required long Count { get; init; }

    [Meaning("What it holds at first: zeros, constant (value) or random (scale or limit). Default zeros."), OneOf("zeros", "constant", "random")]
    public string Fill { get; init; } = "zeros";

    [Meaning("The constant. Default 0.")]
    public double Value { get; init; }

    [Meaning("Random floats lie from minus this to below this. Default 1.")]
    public double Scale { get; init; } = 1;

    [Meaning("Random whole numbers lie from 0 to below this, at most 16777216.")]
    public int Limit { get; init; }
}

/// <summary>A step of a program: exactly one of kernel, loop, fill, copy, checkpoint and loss.</summary>
[Meaning("One step: exactly one of kernel (with buffers, sizes, scalars and turn, or grid and block), loop, fill, copy, checkpoint and loss.")]
public sealed record ProgramStepSpec
{
    [Meaning("A kernel of the catalogue, such as sgemm, or of the program's own kernels.")]
    public string? Kernel { get; init; }

    [Meaning("The kernel's buffers: its own name for each, and the program's buffer.")]
    public IReadOnlyDictionary<string, string> Buffers { get; init; } = new Dictionary<string, string>();

    [Meaning("The kernel's sizes by name.")]
    public IReadOnlyDictionary<string, long> Sizes { get; init; } = new Dictionary<string, long>();

    [Meaning("The kernel's numbers by name, such as rate; its own when left out.")]
    public IReadOnlyDictionary<string, double> Scalars { get; init; } = new Dictionary<string, double>();

    [Meaning("The kernel's size that takes the number of the turn, from 1, counted over all loops around: step, of adamw.")]
    public string? Turn { get; init; }

    [Meaning("Blocks of one of the program's own kernels: along x, or x and y."), Between(1, 2_147_483_647)]
    public IReadOnlyList<long> Grid { get; init; } = [];

    [Meaning("Threads of each of its blocks, along x."), Between(1, 1024)]
    public long? Block { get; init; }

    [Meaning("Steps that are done again and again.")]
    public LoopSpec? Loop { get; init; }

    [Meaning("Fills a buffer; with random numbers, other ones in every turn.")]
    public FillSpec? Fill { get; init; }

    [Meaning("Copies elements from one buffer to another.")]
    public CopySpec? Copy { get; init; }

    [Meaning("Saves these buffers, so that work that is interrupted goes on from here.")]
    public IReadOnlyList<string> Checkpoint { get; init; } = [];

    [Meaning("Takes the mean of this buffer as the loss.")]
    public string? Loss { get; init; }
}

/// <summary>A loop of a program.</summary>
[Meaning("Steps that are done again and again.")]
public sealed record LoopSpec
{
    [Meaning("How many turns."), Between(1, 1e9)]
    public required long Times { get; init; }

    [Meaning("The steps of a turn.")]
    public required IReadOnlyList<ProgramStepSpec> Steps { get; init; }
}

/// <summary>A fill of a program.</summary>
[Meaning("Fills a whole buffer.")]
public sealed record FillSpec
{
    [Meaning("The buffer.")]
    public required string Buffer { get; init; }

    [Meaning("constant (value) or random (scale or limit). Default constant."), OneOf("constant", "random")]
    public string With { get; init; } = "constant";

    [Meaning("The constant. Default 0.")]
    public double Value { get; init; }

    [Meaning("Random floats lie from minus this to below this. Default 1.")]
    public double Scale { get; init; } = 1;

    [Meaning("Random whole numbers lie from 0 to below this, at most 16777216.")]
    public int Limit { get; init; }
}

/// <summary>A copy of a program.</summary>
[Meaning("Copies elements from one buffer to another of the same type.")]
public sealed record CopySpec
{
    [Meaning("The buffer read.")]
    public required string From { get; init; }

    [Meaning("The buffer written.")]
    public required string To { get; init; }

    [Meaning("How many elements."), Between(1, 268_435_456)]
    public required long Count { get; init; }

    [Meaning("The first element read. Default 0."), Between(0, 268_435_456)]
    public long FromOffset { get; init; }

    [Meaning("The first element written. Default 0."), Between(0, 268_435_456)]
    public long ToOffset { get; init; }

    [Meaning("By how many elements the reading moves on with every turn, beginning anew where the rest is too short: minibatches of a set. Default 0."), Between(0, 268_435_456)]
    public long Advance { get; init; }
}
