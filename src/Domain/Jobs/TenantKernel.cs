using Orleans;

namespace ControlPlane.Domain.Jobs;

/// <summary>A kernel that a tenant wrote: PTX, and how it is called. It runs only where the site allows it.</summary>
/// <param name="Name">Name within the program; none of the catalogue's.</param>
/// <param name="Ptx">The text of its module.</param>
/// <param name="Entry">The entry of the module that is called.</param>
/// <param name="Parameters">The entry's parameters, in its order.</param>
[GenerateSerializer, Immutable, Alias("TenantKernel")]
public sealed record TenantKernel(
    [property: Id(0)] string Name,
    [property: Id(1)] string Ptx,
    [property: Id(2)] string Entry,
    [property: Id(3)] ValueList<TenantParameter> Parameters);

/// <summary>One parameter of a tenant's kernel: the address of a buffer, or a number.</summary>
/// <param name="Name">What steps call it.</param>
/// <param name="Buffer">What the buffer's elements are; null for a number.</param>
/// <param name="Access">What the kernel does to the buffer.</param>
/// <param name="Scalar">What kind of number; null for a buffer.</param>
[GenerateSerializer, Immutable, Alias("TenantParameter")]
public readonly record struct TenantParameter(
    [property: Id(0)] string Name,
    [property: Id(1)] ElementType? Buffer,
    [property: Id(2)] BufferAccess Access,
    [property: Id(3)] ScalarType? Scalar);

/// <summary>What a kernel does to a buffer.</summary>
public enum BufferAccess
{
    /// <summary>Reads it.</summary>
    Read,

    /// <summary>Writes every element of it and reads none before.</summary>
    Write,

    /// <summary>Reads and writes it, or writes a part of it.</summary>
    Update,
}

/// <summary>What kind of number a kernel takes.</summary>
public enum ScalarType
{
    /// <summary>Single precision, 4 bytes.</summary>
    Float32,

    /// <summary>Double precision, 8 bytes.</summary>
    Float64,

    /// <summary>A whole number of 4 bytes.</summary>
    Int32,

    /// <summary>A whole number of 8 bytes; from minus to plus 2^53, as far as a manifest's numbers are exact.</summary>
    Int64,
}

/// <summary>How many threads a kernel runs.</summary>
/// <param name="GridX">Blocks along x, 1 or more.</param>
/// <param name="GridY">Blocks along y, 1 or more.</param>
/// <param name="Block">Threads of a block, 1 or more.</param>
[GenerateSerializer, Immutable, Alias("LaunchShape")]
public readonly record struct LaunchShape([property: Id(0)] long GridX, [property: Id(1)] long GridY, [property: Id(2)] long Block);
