using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute, which the schema publishes.

/// <summary>The content of a PowerPolicy manifest.</summary>
[Meaning("A power policy: what GPUs may draw under it, by model. Jobs name policies in powerPolicies; maxp and maxq are built in, and a declared one of that name takes their place.")]
public sealed record PowerPolicySpec
{
    [Meaning("Power limit of every model without an entry of its own, in percent of the model's default limit; a model that does not accept so little gets its lowest. Default 100."), Between(1, 100)]
    public int Percent { get; init; } = 100;

    [Meaning("Power limits by GPU model.")]
    public IReadOnlyList<GpuPolicySpec> Gpus { get; init; } = [];

    [Meaning("What whole nodes may draw, by node type; their GPUs share what the rest of the node leaves. Where both bound a model, the lower holds.")]
    public IReadOnlyList<NodePolicySpec> Nodes { get; init; } = [];
}

/// <summary>What a power policy says of one GPU model.</summary>
[Meaning("The power limit of one GPU model.")]
public sealed record GpuPolicySpec
{
    [Meaning("The GPU model, such as H100-SXM5-80GB.")]
    public required string Model { get; init; }

    [Meaning("In percent of the model's default limit. Give either this or limit."), Between(1, 100)]
    public int? Percent { get; init; }

    [Meaning("As a power such as 500W, between the lowest limit that the model accepts and its default. Give either this or percent."), Between(1, 1e5)]
    public Watts? Limit { get; init; }
}

/// <summary>What a power policy says of one node type.</summary>
[Meaning("What a node of one type may draw.")]
public sealed record NodePolicySpec
{
    [Meaning("The node type, such as GB200-compute-tray.")]
    public required string Type { get; init; }

    [Meaning("What each such node may draw, such as 5600W."), Between(1, 1e6)]
    public required Watts Limit { get; init; }
}
