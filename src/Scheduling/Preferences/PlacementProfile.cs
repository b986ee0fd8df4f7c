using System.Collections.Immutable;
using ControlPlane.Domain;
using ControlPlane.Scheduling.Preferences;

namespace ControlPlane.Scheduling;

/// <summary>
/// A named list of preferences, most important first. Rules say where a task may go and are the same in every profile;
/// a profile says where it is best put.
/// </summary>
public sealed class PlacementProfile
{
    /// <summary>
    /// How many fitting nodes of one model and one bucket the <c>factory</c> profile compares. Nodes of a bucket are
    /// alike in GPUs: on Alibaba's 2023 GPU trace 4, 16 and all of them leave equally few GPUs unallocated.
    /// </summary>
    private const int FactoryCandidates = 4;

    // The rounded proportions of Alibaba's 2023 GPU cluster trace: shares, one GPU, whole nodes, no GPU.
    private static readonly ValueList<TypicalTask> GeneralMix =
    [
        new TypicalTask(8000, 1, 1000, [], 0.48), new TypicalTask(6000, 1, 500, [], 0.38),
        new TypicalTask(12000, 0, 0, [], 0.13), new TypicalTask(64000, 8, 1000, [], 0.01),
    ];

    // The same with shares of every tenth alike, so that no size of rest is taken for worthless.
    private static readonly ValueList<TypicalTask> FactoryMix =
    [
        .. GeneralMix.Where(task => task.GpuMilli is 0 or 1000),
        .. Enumerable.Range(1, 9).Select(tenth => new TypicalTask(6000, 1, tenth * 100, [], 0.38 / 9)),
    ];

    private PlacementProfile(string name, int mostCandidates, params Preference[] preferences) =>
        (Name, MostCandidates, Preferences) = (name, mostCandidates, preferences);

    /// <summary>
    /// The default, over a general mix of tasks: keeps GPUs usable with CPU and memory in view and fills begun nodes,
    /// then keeps racks whole, then takes the lightest feed, then the coolest loop. Looks at few nodes.
    /// </summary>
    public static PlacementProfile Factory { get; } = FactoryFor(FactoryMix);

    /// <summary>Uniform over the nodes that fit, drawn from the seed and the job's name.</summary>
    public static PlacementProfile Random { get; } = Exhaustive("random", new RandomChoice());

    /// <summary>Lowest dot product of demand and free resources.</summary>
    public static PlacementProfile DotProd { get; } = Exhaustive("dotprod", new DotProduct());

    /// <summary>Least left of CPU and GPU.</summary>
    public static PlacementProfile BestFit { get; } = Exhaustive("bestfit", new BestFit());

    /// <summary>GPUs in use before idle GPUs before idle nodes.</summary>
    public static PlacementProfile Packing { get; } = Exhaustive("packing", new GpuPacking());

    /// <summary>Tasks of one kind together.</summary>
    public static PlacementProfile Clustering { get; } = Exhaustive("clustering", new GpuClustering());

    /// <summary>
    /// Fragmentation gradient descent over a general mix: shares of one GPU, one GPU, whole nodes and CPU-only tasks in
    /// the rounded proportions of Alibaba's 2023 GPU cluster trace (38, 48, 1 and 13 of 100 tasks).
    /// </summary>
    public static PlacementProfile GeneralFgd { get; } = Fgd(GeneralMix);

    /// <summary>The names that <see cref="Named"/> knows.</summary>
    public static ImmutableArray<string> Names { get; } =
        ["factory", "random", "dotprod", "bestfit", "packing", "clustering", "fgd"];

    /// <summary>The profile's name.</summary>
    public string Name { get; }

    /// <summary>Rank of each node, by index in the layout: of equal scores the lowest rank wins; empty ranks by index.</summary>
    public ValueList<int> NodeRanks { get; private init; }

    internal Preference[] Preferences { get; }

    internal int MostCandidates { get; }

    /// <summary>True when every node is compared, by the first preference alone.</summary>
    internal bool IsExhaustive => MostCandidates == int.MaxValue;

    /// <summary>Fragmentation gradient descent over the given mix of tasks.</summary>
    /// <param name="typical">What the hall often has to place; shares sum to 1.</param>
    public static PlacementProfile Fgd(ValueList<TypicalTask> typical) => Exhaustive("fgd", new Fragmentation(typical));

    /// <summary>The <c>factory</c> profile over the given mix of tasks.</summary>
    /// <param name="typical">What the hall often has to place; shares sum to 1.</param>
    public static PlacementProfile FactoryFor(ValueList<TypicalTask> typical) =>
        new("factory", FactoryCandidates, new ExpectedUse(typical), new TightestRack(), new LightestFeed(), new CoolestLoop());

    /// <summary>The profile with this name, or null.</summary>
    public static PlacementProfile? Named(string name) => name switch
    {
        "factory" => Factory,
        "random" => Random,
        "dotprod" => DotProd,
        "bestfit" => BestFit,
        "packing" => Packing,
        "clustering" => Clustering,
        "fgd" => GeneralFgd,
        _ => null,
    };

    /// <summary>The same profile with ranks that decide between equal scores; the <c>factory</c> profile ignores them.</summary>
    /// <param name="ranks">One rank for each node of the layout.</param>
    public PlacementProfile WithNodeRanks(ValueList<int> ranks) =>
        new(Name, MostCandidates, Preferences) { NodeRanks = ranks };

    private static PlacementProfile Exhaustive(string name, Preference preference) => new(name, int.MaxValue, preference);
}
