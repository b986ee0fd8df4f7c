using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Openb;

/// <summary>
/// The placement experiment of "Beware of Fragmentation" (Weng et al., USENIX ATC 2023): pods arrive one by one, none
/// leaves, and one that fits nowhere is dropped. It runs on the product's own state and placer.
/// </summary>
public static class OpenbReplay
{
    /// <summary>The policies that can be replayed.</summary>
    public static ValueList<string> Policies { get; } = ["factory", "fgd", "bestfit", "dotprod", "packing", "clustering", "random"];

    /// <summary>Places the pods in order.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <param name="pods">The pods of the workload, whose kinds the factory profile and FGD take as typical.</param>
    /// <param name="order">Names of the pods in order of arrival; a name may come more than once.</param>
    /// <param name="ranks">Rank of each node: of equal scores the lowest wins.</param>
    /// <param name="policy">One of <see cref="Policies"/>.</param>
    /// <param name="seed">Only the random policy draws from it.</param>
    /// <param name="moves">
    /// True to let a pod that fits nowhere in by moving placed pods, all of which stay placed. The decisions then tell
    /// where each pod is at the end, and the result counts the moves.
    /// </param>
    public static OpenbResult Run(
        IReadOnlyList<OpenbNode> nodes, IReadOnlyList<OpenbPod> pods, IReadOnlyList<string> order, IReadOnlyList<int> ranks,
        string policy, ulong seed, bool moves = false)
    {
        var profile = ProfileOf(policy, pods).WithNodeRanks(ranks.ToValueList());
        var state = new HallState(OpenbHall.LayoutOf(nodes));
        var consolidation = moves ? new OpenbMoves(state, profile, seed) : null;
        var byName = pods.ToDictionary(pod => pod.Name, pod => (Pod: pod, Spec: OpenbHall.SpecOf(pod)), StringComparer.Ordinal);
        var jobs = new List<JobId>(order.Count);
        foreach (var name in order)
        {
            var spec = byName[name].Spec;
            var job = new JobId($"{name}-{jobs.Count}");
            jobs.Add(job);
            if (Placer.Place(state, job, spec, profile, seed) is Placed placed)
            {
                state.Assign(job, spec, placed.Assignment);
                consolidation?.Placed(job);
            }
            else
            {
                consolidation?.LetIn(job, spec);
            }
        }
        var decisions = order.Select((name, index) => DecisionOf(byName[name].Pod, state.AssignmentOf(jobs[index]), nodes)).ToList();
        return new OpenbResult(decisions, nodes.Sum(node => node.Gpus)) { Moves = consolidation?.Moves ?? 0 };
    }

    private static OpenbDecision DecisionOf(OpenbPod pod, Assignment? held, IReadOnlyList<OpenbNode> nodes) =>
        held is null ? new OpenbDecision(pod, "", []) : new OpenbDecision(pod, nodes[held.Tasks[0].Node].Name, held.Tasks[0].Gpus);

    private static PlacementProfile ProfileOf(string policy, IReadOnlyList<OpenbPod> pods)
    {
        if (policy == "fgd")
            return PlacementProfile.Fgd(OpenbHall.TypicalTasks(pods));
        if (policy == "factory")
            return PlacementProfile.FactoryFor(OpenbHall.TypicalTasks(pods));
        return Policies.Contains(policy)
            ? PlacementProfile.Named(policy)!
            : throw new ArgumentException($"Unknown policy '{policy}'; one of {string.Join(", ", Policies)} was expected.", nameof(policy));
    }
}
