using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute, which the schema publishes.

/// <summary>A kernel of a program's own.</summary>
[Meaning("A kernel of your own: PTX, its entry, and the entry's parameters in its order.")]
public sealed record TenantKernelSpec
{
    [Meaning("What steps call it; no name of the catalogue.")]
    public required string Name { get; init; }

    [Meaning("The text of its PTX module. Give exactly one of this and ptxFile.")]
    public string? Ptx { get; init; }

    [Meaning("A file with the PTX, from the manifest's folder; factoryctl sends it along.")]
    public string? PtxFile { get; init; }

    [Meaning("The .entry that is called; the kernel's name when left out.")]
    public string? Entry { get; init; }

    [Meaning("The entry's parameters, in its order.")]
    public required IReadOnlyList<TenantParameterSpec> Parameters { get; init; }
}

/// <summary>A parameter of a kernel of a program's own.</summary>
[Meaning("One parameter: a buffer or a number. Give exactly one of buffer and scalar.")]
public sealed record TenantParameterSpec
{
    [Meaning("What steps call it.")]
    public required string Name { get; init; }

    [Meaning("What the elements of the buffer are to which it points.")]
    public ElementType? Buffer { get; init; }

    [Meaning("What the kernel does to the buffer: read; write (every element, and reads none before); update (both, or writes a part). Default read.")]
    public BufferAccess Access { get; init; }

    [Meaning("What kind of number it is.")]
    public ScalarType? Scalar { get; init; }
}
