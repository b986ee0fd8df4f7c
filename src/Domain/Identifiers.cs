using Orleans;

namespace ControlPlane.Domain;

// One registry of every kind of id, alphabetical. An id is a name (see Names) and is compared by value.

/// <summary>A cooling loop or air zone.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("CoolingLoopId")]
public readonly record struct CoolingLoopId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A network fabric of one hall.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("FabricId")]
public readonly record struct FabricId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One GPU, named after its node: <c>rack-01-n00-g3</c>.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("GpuId")]
public readonly record struct GpuId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A hall: the unit of placement.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("HallId")]
public readonly record struct HallId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A job; unique in the factory.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("JobId")]
public readonly record struct JobId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A link or trunk of a fabric.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("LinkId")]
public readonly record struct LinkId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A node (tray), named after its rack: <c>rack-01-n00</c>.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("NodeId")]
public readonly record struct NodeId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A node of the electrical tree.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("PowerDomainId")]
public readonly record struct PowerDomainId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A queue.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("QueueId")]
public readonly record struct QueueId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A rack, named after its manifest and number: <c>rack-01</c>.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("RackId")]
public readonly record struct RackId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A site.</summary>
/// <param name="Value">The name.</param>
[GenerateSerializer, Immutable, Alias("SiteId")]
public readonly record struct SiteId([property: Id(0)] string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
