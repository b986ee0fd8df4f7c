using ControlPlane.Domain.Factory;
using ControlPlane.Facility.Gpus;
using ControlPlane.Planning.WhatIf;

namespace ControlPlane.Planning.Capacity;

/// <summary>A demand file that was read and checked: what is asked for, what may be bought, and what bounds it.</summary>
/// <param name="Name">The plan's name.</param>
/// <param name="Plan">What holds for the whole site.</param>
/// <param name="Factory">Site, halls, power, cooling and fabrics, without racks.</param>
/// <param name="Quarters">The quarters, in order.</param>
/// <param name="Rows">Where racks may stand.</param>
/// <param name="Types">The rack types on offer.</param>
/// <param name="Needs">What is needed, quarter by quarter.</param>
/// <param name="Fits">Whether a rack of a type may stand in a row at all, by type and row.</param>
/// <param name="Limits">Everything that bounds how many racks stand where.</param>
/// <param name="Losses">What may be lost, one at a time.</param>
public sealed record CapacityQuestion(
    string Name, CapacityPlanSpec Plan, FactoryModel Factory, IReadOnlyList<Quarter> Quarters, IReadOnlyList<PlannedRow> Rows,
    IReadOnlyList<PlannedType> Types, IReadOnlyList<Need> Needs, IReadOnlyList<IReadOnlyList<bool>> Fits, IReadOnlyList<Limit> Limits, IReadOnlyList<Loss> Losses)
{
    /// <summary>What is asked beside the plan.</summary>
    public WhatIfQuestions WhatIf { get; init; } = new();

    /// <summary>What demand was read off traces, in words, by the demand's name.</summary>
    public IReadOnlyDictionary<string, string> Traces { get; init; } = new Dictionary<string, string>();
}

/// <summary>A row.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Spec">What it offers.</param>
/// <param name="Installed">Racks of each type that stand there already, by type index.</param>
public sealed record PlannedRow(string Name, RackRowSpec Spec, IReadOnlyList<int> Installed);

/// <summary>A rack type on offer.</summary>
/// <param name="Name">The catalogue's name.</param>
/// <param name="Offer">Price and lead time.</param>
/// <param name="Gpu">Its GPU model.</param>
/// <param name="Nodes">Nodes of a rack.</param>
/// <param name="GpusPerNode">GPUs of a node.</param>
/// <param name="Watts">What a rack may draw with every GPU at its limit, rounded up.</param>
/// <param name="LiquidWatts">The part that leaves by liquid, rounded up.</param>
/// <param name="AirWatts">The part that leaves by air, rounded up.</param>
/// <param name="FirstQuarter">Index of the first quarter for which one can still be ordered; past the last when none.</param>
/// <param name="QuarterDollars">Write-off and electricity of one rack in a quarter.</param>
public sealed record PlannedType(
    string Name, RackOfferSpec Offer, string Gpu, int Nodes, int GpusPerNode, long Watts, long LiquidWatts, long AirWatts,
    int FirstQuarter, long QuarterDollars)
{
    /// <summary>GPUs of a rack.</summary>
    public int Gpus => Nodes * GpusPerNode;
}

/// <summary>Something that is needed: tokens/s of a model with a context, or training.</summary>
/// <param name="Name">Such as <c>llama2-70b at 2048</c> or <c>training</c>.</param>
/// <param name="Model">The model; null for training.</param>
/// <param name="Context">Its context; 0 for training.</param>
/// <param name="Amounts">Needed in each quarter: tokens/s, or dense bf16 Tflop/s without pause.</param>
/// <param name="Ways">How each rack type meets it, by type index; null where a type does not.</param>
public sealed record Need(string Name, string? Model, int Context, IReadOnlyList<long> Amounts, IReadOnlyList<Way?> Ways)
{
    /// <summary>True for training, which pauses while something is lost.</summary>
    public bool IsTraining => Model is null;
}

/// <summary>How a rack type meets a need, in units that are nodes or whole racks.</summary>
/// <param name="NodesPerUnit">1, or all nodes of a rack for replicas that span nodes.</param>
/// <param name="Replicas">Replicas in a unit.</param>
/// <param name="GpusPerReplica">GPUs of each.</param>
/// <param name="Rate">What one unit gives, in the need's unit.</param>
/// <param name="Source">Where the figure comes from.</param>
public sealed record Way(int NodesPerUnit, int Replicas, int GpusPerReplica, long Rate, string Source)
{
    /// <summary>Speed by power limit as measured on the GPU itself; null where the catalogue's curves stand for it.</summary>
    public CapCurve? Curve { get; init; }
}

/// <summary>A bound on how many racks stand where: the sum of weights times racks is at most the capacity.</summary>
/// <param name="Kind">feed, ups, pdu, busway, liquid, air, floor space, floor weight, leaf ports, grid.</param>
/// <param name="Name">What it is the limit of.</param>
/// <param name="Unit">W, positions, kg or ports.</param>
/// <param name="Capacity">The bound.</param>
/// <param name="Weights">By type and row.</param>
/// <param name="Divisor">Capacity and weights are this many times the figures in <paramref name="Unit"/>.</param>
public sealed record Limit(string Kind, string Name, string Unit, long Capacity, IReadOnlyList<IReadOnlyList<long>> Weights, long Divisor = 1);

/// <summary>Something that may be lost.</summary>
/// <param name="Kind">power, cooling or leaf.</param>
/// <param name="Name">Its name.</param>
/// <param name="Takes">Whether racks of a type in a row go with it, by type and row; for a leaf, whether they may.</param>
/// <param name="Racks">Most racks that go: those of one leaf group; null for all.</param>
/// <param name="KeepPercent">Share of the tokens/s that must still be served.</param>
public sealed record Loss(string Kind, string Name, IReadOnlyList<IReadOnlyList<bool>> Takes, int? Racks, int KeepPercent);
