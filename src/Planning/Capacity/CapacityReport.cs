using ControlPlane.Planning.Trials;
using ControlPlane.Planning.WhatIf;

namespace ControlPlane.Planning.Capacity;

/// <summary>The whole answer to a demand file, as it is printed.</summary>
public sealed record CapacityReport
{
    /// <summary>Whether demand, losses and every limit are met, and every check agrees.</summary>
    public required bool Fits { get; init; }

    /// <summary>How the plan was found, or why there is none.</summary>
    public required string Status { get; init; }

    /// <summary>False when it was stopped: what stands here holds, and not everything was checked.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>What was assumed, by name.</summary>
    public required IReadOnlyDictionary<string, string> Assumptions { get; init; }

    /// <summary>The quarters; empty without a plan.</summary>
    public IReadOnlyList<QuarterReport> Quarters { get; init; } = [];

    /// <summary>What to order, earliest first.</summary>
    public IReadOnlyList<RackOrder> Orders { get; init; } = [];

    /// <summary>Write-off and electricity over all quarters, in dollars.</summary>
    public long Dollars { get; init; }

    /// <summary>What no plan can cost less than, as proven; 0 when nothing is.</summary>
    public long ProvenLeastDollars { get; init; }

    /// <summary>What the simple rules' plan costs; null when they find none.</summary>
    public long? GreedyDollars { get; init; }

    /// <summary>What stays unused once no more racks fit after the last quarter.</summary>
    public IReadOnlyList<Stranded> Stranded { get; init; } = [];

    /// <summary>One rack more of each type after the last quarter.</summary>
    public IReadOnlyList<MarginalRack> Marginal { get; init; } = [];

    /// <summary>What the checks did.</summary>
    public CheckReport? Checks { get; init; }

    /// <summary>What the twin says of it; null when the file states no failures.</summary>
    public TrialReport? Trial { get; init; }

    /// <summary>Answers to what the file asks beside the plan; null when it asks nothing.</summary>
    public WhatIfReport? WhatIf { get; init; }

    /// <summary>Everything that the checks and the twin object to, in words.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IEnumerable<string> Problems => (Checks?.Violations ?? []).Concat(Checks?.Misplaced ?? []).Concat(Trial?.Problems ?? []).Concat(WhatIf?.Problems ?? []);

    /// <summary>Without a plan: the first quarter whose demand does not fit.</summary>
    public string? FirstShort { get; init; }

    /// <summary>Without a plan: how much of each quarter's demand fits, in percent.</summary>
    public IReadOnlyDictionary<string, double> ServedPercent { get; init; } = new Dictionary<string, double>();

    /// <summary>Without a plan: the smallest changes of one kind each with which that quarter would fit.</summary>
    public IReadOnlyList<Relaxation> Relaxations { get; init; } = [];
}

/// <summary>A quarter of a plan.</summary>
/// <param name="Quarter">The quarter.</param>
/// <param name="Racks">Racks by hall and row.</param>
/// <param name="Gpus">GPUs.</param>
/// <param name="ProvisionedWatts">What racks may draw.</param>
/// <param name="MeterWatts">The same at the meter.</param>
/// <param name="Dollars">Write-off and electricity.</param>
/// <param name="TokensPerSecond">Tokens/s that are asked for, all models together.</param>
/// <param name="TokensPerSecondPerMegawatt">Those for each provisioned megawatt at the meter, training's part included.</param>
/// <param name="Needs">Need by need.</param>
/// <param name="Binding">What binds first, in racks of <paramref name="ReferenceType"/>.</param>
/// <param name="Next">What binds next.</param>
/// <param name="ReferenceType">The rack type that is counted in.</param>
/// <param name="Waterfall">Every kind of limit by the room it leaves.</param>
public sealed record QuarterReport(
    string Quarter, IReadOnlyList<RowRacks> Racks, int Gpus, long ProvisionedWatts, long MeterWatts, long Dollars, long TokensPerSecond,
    double TokensPerSecondPerMegawatt, IReadOnlyList<NeedReport> Needs, KindRoom? Binding, KindRoom? Next, string ReferenceType, IReadOnlyList<KindRoom> Waterfall);

/// <summary>Racks of a type in a row.</summary>
/// <param name="Hall">The hall.</param>
/// <param name="Row">The row.</param>
/// <param name="Type">The rack type.</param>
/// <param name="Count">How many stand there.</param>
/// <param name="Added">How many of them arrive for the quarter.</param>
public sealed record RowRacks(string Hall, string Row, string Type, int Count, int Added);

/// <summary>Racks to order.</summary>
/// <param name="OrderBy">The last day, in UTC.</param>
/// <param name="Quarter">For which quarter.</param>
/// <param name="Type">The rack type.</param>
/// <param name="Count">How many.</param>
/// <param name="Dollars">Their price.</param>
public sealed record RackOrder(DateOnly OrderBy, string Quarter, string Type, int Count, long Dollars);

/// <summary>What a need comes to.</summary>
/// <param name="Need">Its name.</param>
/// <param name="Asked">Tokens/s, or dense bf16 Tflop/s for training.</param>
/// <param name="Given">What the nodes at work give.</param>
/// <param name="DollarsPerMillionTokens">Its part of all costs by nodes at work, spares and unused nodes shared out; null for training.</param>
/// <param name="KilowattHoursPerMillionTokens">Its part of the energy at the meter; null for training.</param>
public sealed record NeedReport(string Need, long Asked, long Given, double? DollarsPerMillionTokens, double? KilowattHoursPerMillionTokens);

/// <summary>One rack more of a type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Fits">How many more would fit.</param>
/// <param name="Binding">What lets no more in.</param>
/// <param name="QuarterDollars">What one costs in a quarter.</param>
/// <param name="TokensPerSecond">What one makes of each model when it does nothing else.</param>
/// <param name="DollarsPerMillionTokens">What those cost.</param>
public sealed record MarginalRack(
    string Type, int Fits, string Binding, long QuarterDollars, IReadOnlyDictionary<string, long> TokensPerSecond, IReadOnlyDictionary<string, double> DollarsPerMillionTokens);

/// <summary>What looked at the plan after it was made.</summary>
/// <param name="Violations">What a second look with other code found.</param>
/// <param name="JobsPlaced">Jobs that the product's placer placed in the halls of the plan, all quarters together.</param>
/// <param name="StatesPlaced">States for which it placed all work that must go on: spares out, and every loss with the very racks it takes, in every quarter.</param>
/// <param name="Misplaced">What it could not place.</param>
/// <param name="OneFewer">Racks of which one fewer would still do, which is none unless what arrives later is bounded.</param>
/// <param name="LossesSurvived">What may be lost, one at a time, in every quarter.</param>
public sealed record CheckReport(
    IReadOnlyList<string> Violations, int JobsPlaced, int StatesPlaced, IReadOnlyList<string> Misplaced, IReadOnlyList<string> OneFewer, IReadOnlyList<string> LossesSurvived);
