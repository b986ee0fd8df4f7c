using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;

namespace ControlPlane.Planning.Capacity;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute.

/// <summary>The content of a CapacityPlan: what holds for the whole site and every quarter.</summary>
[Meaning("What a plan is made for; one a file.")]
public sealed record CapacityPlanSpec
{
    [Meaning("The first quarter, such as 2027Q1.")]
    public required string FirstQuarter { get; init; }

    [Meaning("How many quarters, 1 to 20."), Between(1, 20)]
    public required int Quarters { get; init; }

    [Meaning("The instant at which the plan is made: nothing is ordered before it.")]
    public required DateTimeOffset AsOf { get; init; }

    [Meaning("What the grid connection carries, at the meter."), Between(1, 1e10)]
    public required Watts GridConnection { get; init; }

    [Meaning("What the meter counts over what the racks draw, 1 or more."), Between(1, 3)]
    public required double Pue { get; init; }

    [Meaning("Racks of each type that are kept free as spares, in percent, rounded up."), Between(0, 50)]
    public required int SparesPercent { get; init; }

    [Meaning("Share of a benchmark's tokens/s that lasts, in percent."), Between(1, 100)]
    public required int SustainedPercent { get; init; }

    [Meaning("Share of GPU-hours that become training progress, in percent."), Between(1, 100)]
    public required int TrainingGoodputPercent { get; init; }

    [Meaning("Tokens/s still served when a feed, UPS or busway that nothing backs is lost, in percent of demand; 0: not asked for."), Between(0, 100)]
    public required int SurviveFeedPercent { get; init; }

    [Meaning("Tokens/s still served when a cooling loop is lost, in percent of demand; 0: not asked for."), Between(0, 100)]
    public required int SurviveLoopPercent { get; init; }

    [Meaning("Tokens/s still served when a leaf group is lost, in percent of demand; 0: not asked for."), Between(0, 100)]
    public required int SurviveLeafPercent { get; init; }

    [Meaning("What racks draw on average, in percent of what is provisioned for them; for energy only."), Between(1, 100)]
    public required int DrawPercent { get; init; }

    [Meaning("Price of electricity in dollars."), Between(0, 10)]
    public required double DollarsPerKilowattHour { get; init; }

    [Meaning("Years over which a rack is written off."), Between(1, 20)]
    public required double WriteOffYears { get; init; }

    [Meaning("How often nodes fail when the plan is tried in the twin: rsc1, rsc2, llama3 or failures per node and day; not tried when left out.")]
    public string? Failures { get; init; }

    [Meaning("Mean hours until a failed node is back. Default 24, which is assumed."), Between(0.01, 100_000)]
    public double RepairHours { get; init; } = 24;

    [Meaning("Seconds until a replica or a gang that started again is at work. Default 300 (Kokolis et al., HPCA 2025)."), Between(0, 1_000_000)]
    public double RestartSeconds { get; init; } = 300;

    [Meaning("Seconds for which a checkpoint stops training. Default 60, which is assumed."), Between(1, 1_000_000)]
    public double CheckpointSeconds { get; init; } = 60;

    [Meaning("Share of the asked tokens of every model that must be served over a quarter with failures, in percent. Default 99."), Between(0, 100)]
    public double ServedPercent { get; init; } = 99;

    [Meaning("How many seeds the twin plays each quarter with, 2 to 50; their spread is the confidence band. Default 5."), Between(2, 50)]
    public int Seeds { get; init; } = 5;

    [Meaning("Seed of the solver, and of the first run in the twin. Default 1."), Between(0, 2_000_000_000)]
    public int Seed { get; init; } = 1;

    [Meaning("The solver's limit in its own deterministic seconds. Default 10."), Between(0.1, 1000)]
    public double SolverSeconds { get; init; } = 10;
}

/// <summary>The content of a RackRow: places that are alike in everything that bounds a rack.</summary>
[Meaning("Floor positions with the same power, cooling and fabric.")]
public sealed record RackRowSpec
{
    [Meaning("The hall."), RefersTo("Hall")]
    public required string Hall { get; init; }

    [Meaning("The row's number in the hall. Default 1."), Between(1, 1000)]
    public int Row { get; init; } = 1;

    [Meaning("The power domain that its racks hang off."), RefersTo("PowerDomain")]
    public required string PowerDomain { get; init; }

    [Meaning("The liquid loop; without one no rack with a liquid share stands here."), RefersTo("CoolingLoop")]
    public string? LiquidLoop { get; init; }

    [Meaning("The air zone."), RefersTo("CoolingLoop")]
    public string? AirZone { get; init; }

    [Meaning("The fabric."), RefersTo("Fabric")]
    public string? Fabric { get; init; }

    [Meaning("Floor positions."), Between(1, 5000)]
    public required int Positions { get; init; }

    [Meaning("Most power of one rack; not limited when left out."), Between(1, 1e9)]
    public Watts? RackPower { get; init; }

    [Meaning("What the row's floor carries, in kg; not limited when left out."), Between(1, 100_000_000)]
    public int? FloorKilograms { get; init; }

    [Meaning("Leaf ports for the row, one a GPU; not limited when left out."), Between(1, 10_000_000)]
    public int? LeafPorts { get; init; }

    [Meaning("Racks that stand already, as type: count.")]
    public IReadOnlyDictionary<string, long> Installed { get; init; } = new Dictionary<string, long>();
}

/// <summary>The content of a RackOffer: a rack type that may be bought.</summary>
[Meaning("A rack type on offer.")]
public sealed record RackOfferSpec
{
    [Meaning("A rack type of the catalogue.")]
    public required string Type { get; init; }

    [Meaning("Price of one with its share of network, in dollars."), Between(1, 1_000_000_000)]
    public required int Dollars { get; init; }

    [Meaning("From the order until it works, such as 180d."), Between(0, 1e9)]
    public required TimeSpan LeadTime { get; init; }

    [Meaning("Weight in kg; needed where a row states what its floor carries."), Between(1, 100_000)]
    public int? Kilograms { get; init; }

    [Meaning("Floor positions it takes. Default 1."), Between(1, 20)]
    public int Positions { get; init; } = 1;

    [Meaning("Most that arrive in one quarter; not limited when left out."), Between(1, 100_000)]
    public int? PerQuarter { get; init; }
}

/// <summary>The content of a Throughput: measured tokens/s of a model on a rack type.</summary>
[Meaning("Tokens/s that one replica of a model makes.")]
public sealed record ThroughputSpec
{
    [Meaning("The model.")]
    public required string Model { get; init; }

    [Meaning("Longest context, in tokens, for which it holds."), Between(1, 100_000_000)]
    public required int Context { get; init; }

    [Meaning("The rack type.")]
    public required string RackType { get; init; }

    [Meaning("GPUs of one replica: a part of a node's, or whole nodes of one rack."), Between(1, 10_000)]
    public required int Gpus { get; init; }

    [Meaning("Tokens/s of one replica, as measured; or give curve."), Between(1, 1_000_000_000)]
    public int? TokensPerSecond { get; init; }

    [Meaning("A file beside this one with the DeviceCurve of the rack type's GPU, as a probe wrote it; instead of tokensPerSecond.")]
    public string? Curve { get; init; }

    [Meaning("With a curve: sequences that are decoded together. Default: the batch that makes most."), Between(1, 1_000_000)]
    public int? Batch { get; init; }

    [Meaning("With a curve: prompt tokens that are read for each token made. Default 1, which is assumed."), Between(0, 100_000)]
    public double? PromptPerToken { get; init; }

    [Meaning("Where the figure comes from.")]
    public required string Source { get; init; }
}

/// <summary>The content of a ServingDemand: tokens/s that a tenant needs of a model.</summary>
[Meaning("Tokens/s for a tenant by quarter.")]
public sealed record ServingDemandSpec
{
    [Meaning("The tenant.")]
    public required string Tenant { get; init; }

    [Meaning("The model.")]
    public required string Model { get; init; }

    [Meaning("Longest context, in tokens; with a trace, what 99 of 100 of its requests keep to unless given."), Between(1, 100_000_000)]
    public int? Context { get; init; }

    [Meaning("A trace of requests beside this file (TIMESTAMP,ContextTokens,GeneratedTokens): rate, peak and context of the first quarter come from it; with scale, and instead of tokensPerSecond and byQuarter.")]
    public string? Trace { get; init; }

    [Meaning("Requests for each of the trace's."), Between(0.001, 1e9)]
    public double? Scale { get; init; }

    [Meaning("Tokens/s at the peak of the first quarter; or give byQuarter."), Between(0, 1_000_000_000_000)]
    public long? TokensPerSecond { get; init; }

    [Meaning("Growth from a quarter to the next, in percent. Default 0."), Between(-90, 1000)]
    public double GrowthPercent { get; init; }

    [Meaning("Tokens/s of each quarter, instead of tokensPerSecond and growthPercent."), Between(0, 1_000_000_000_000)]
    public IReadOnlyList<long> ByQuarter { get; init; } = [];
}

/// <summary>The content of a TrainingDemand: GPU-hours that a tenant needs.</summary>
[Meaning("Training GPU-hours for a tenant by quarter.")]
public sealed record TrainingDemandSpec
{
    [Meaning("The tenant.")]
    public required string Tenant { get; init; }

    [Meaning("The GPU model in whose hours it is given; others count by their dense bf16 rate in the catalogue.")]
    public required string Gpu { get; init; }

    [Meaning("GPU-hours of the first quarter; or give byQuarter."), Between(0, 1_000_000_000_000)]
    public long? GpuHours { get; init; }

    [Meaning("Growth from a quarter to the next, in percent. Default 0."), Between(-90, 1000)]
    public double GrowthPercent { get; init; }

    [Meaning("GPU-hours of each quarter, instead of gpuHours and growthPercent."), Between(0, 1_000_000_000_000)]
    public IReadOnlyList<long> ByQuarter { get; init; } = [];
}
