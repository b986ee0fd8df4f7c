using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Caps;

/// <summary>
/// Moves power caps from nodes that do not use them to nodes that would, within a budget, round by round: the scheme of
/// Slurm's power plugin. A node that draws little gives up half of what it leaves, a node near its cap is given a step
/// more, a node with a new job is given whatever is common, and the rest is split evenly among those that want it.
/// </summary>
public static class CapBalancer
{
    /// <summary>The same cap for every node, in whole watts.</summary>
    /// <param name="nodes">1 or more.</param>
    /// <param name="options">Budget and bounds.</param>
    /// <exception cref="ArgumentOutOfRangeException">The budget is below the least cap of all nodes together.</exception>
    public static Watts EvenSplit(int nodes, BalancerOptions options)
    {
        Check(nodes, options);
        var each = Math.Clamp(options.Budget.Milliwatts / nodes, options.Least.Milliwatts, options.Most.Milliwatts);
        return WholeWatts(each);
    }

    /// <summary>The caps of the next round, in whole watts and in the order of the nodes.</summary>
    /// <param name="nodes">The nodes; a fleet that is over its budget is brought within it.</param>
    /// <param name="options">Budget, bounds and steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">The budget is below the least cap of all nodes together.</exception>
    public static IReadOnlyList<Watts> Balance(IReadOnlyList<CappedNode> nodes, BalancerOptions options)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        Check(nodes.Count, options);
        var wishes = nodes.Select(node => Wish(node, options)).ToList();
        var level = Level([.. wishes.Select(wish => wish.Cap)], [.. wishes.Select(wish => wish.Takes)], options);
        return [.. wishes.Select(wish => WholeWatts(Math.Min(wish.Cap, wish.Takes ? level.Takers : level.Keepers)))];
    }

    /// <summary>
    /// The order in which to carry a round out: every cap that falls is confirmed before any rises, so that the sum is
    /// within the budget at every moment.
    /// </summary>
    /// <param name="now">Caps in force.</param>
    /// <param name="next">Caps of the next round.</param>
    /// <returns>Nodes to lower, then nodes to raise.</returns>
    public static (IReadOnlyList<int> Lower, IReadOnlyList<int> Raise) Order(IReadOnlyList<Watts> now, IReadOnlyList<Watts> next)
    {
        if (now.Count != next.Count)
            throw new ArgumentOutOfRangeException(nameof(next), next.Count, "Both rounds must be of the same nodes.");
        var nodes = Enumerable.Range(0, now.Count).ToList();
        return ([.. nodes.Where(node => next[node] < now[node])], [.. nodes.Where(node => next[node] > now[node])]);
    }

    // What the node would be given if there were enough, and whether it shares what is left over.
    private static (long Cap, bool Takes) Wish(CappedNode node, BalancerOptions options)
    {
        var (cap, draw, range) = (node.Cap.Milliwatts, node.Draw.Milliwatts, (options.Most - options.Least).Milliwatts);
        if (node.HasNewJob)
            return (options.Most.Milliwatts, true);
        if (draw > options.UpperThreshold * cap)
            return (Bounded(cap + options.IncreaseRate * range, options), true);
        var cut = draw < options.LowerThreshold * cap ? Math.Min((cap - draw) / 2.0, options.DecreaseRate * range) : 0;
        return (Bounded(cap - cut, options), false);
    }

    private static long Bounded(double milliwatts, BalancerOptions options) =>
        (long)Math.Round(Math.Clamp(milliwatts, options.Least.Milliwatts, options.Most.Milliwatts));

    // The takers share what the keepers leave; only where that is less than the least cap do the keepers come down too.
    private static (long Takers, long Keepers) Level(IReadOnlyList<long> caps, IReadOnlyList<bool> takes, BalancerOptions options)
    {
        var takers = caps.Where((_, node) => takes[node]).ToList();
        var keepers = caps.Where((_, node) => !takes[node]).ToList();
        var left = options.Budget.Milliwatts - keepers.Sum();
        if (left >= takers.Count * options.Least.Milliwatts)
            return (Fill(takers, left), long.MaxValue);
        return (options.Least.Milliwatts, Fill(keepers, options.Budget.Milliwatts - takers.Count * options.Least.Milliwatts));
    }

    // The level at which caps, each no higher than its own wish, together use what there is.
    private static long Fill(List<long> wishes, long milliwatts)
    {
        var (left, open) = (milliwatts, wishes.Count);
        foreach (var wish in wishes.Order())
        {
            if (wish > left / open)
                return left / open;
            (left, open) = (left - wish, open - 1);
        }
        return long.MaxValue;
    }

    private static Watts WholeWatts(long milliwatts) => Watts.FromMilliwatts(milliwatts / 1000 * 1000);

    private static void Check(int nodes, BalancerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (options.Budget < options.Least * (long)Require.Count(nodes, 1))
            throw new ArgumentOutOfRangeException(nameof(options), options.Budget, $"The budget is less than the lowest cap of {nodes} nodes.");
    }
}
