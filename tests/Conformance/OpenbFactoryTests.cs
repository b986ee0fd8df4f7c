using System.Globalization;
using ControlPlane.Simulation.Openb;

namespace ControlPlane.Conformance.Tests;

/// <summary>The factory profile against the best published policy, on every workload given.</summary>
public sealed class OpenbFactoryTests
{
    [SkippableTheory]
    [MemberData(nameof(OpenbTrace.Workloads), MemberType = typeof(OpenbTrace))]
    public void Closes_a_third_of_the_distance_to_the_bound(string workload, int seed)
    {
        var result = OpenbTrace.Replay(workload, seed, "factory");
        Assert.InRange(Closed(workload, seed, result), 1 / 3.0, 1);
    }

    [SkippableTheory]
    [MemberData(nameof(OpenbTrace.Workloads), MemberType = typeof(OpenbTrace))]
    public void Closes_two_thirds_of_it_when_placed_pods_may_move(string workload, int seed)
    {
        var result = OpenbTrace.Replay(workload, seed, "factory", moves: true);
        Assert.InRange(Closed(workload, seed, result), 2 / 3.0, 1);
        Assert.True(result.Moves > 0);
        var held = result.Decisions.ToLookup(decision => decision.Node);
        Assert.All(OpenbTrace.Nodes(), node => Assert.True(Bears(node, [.. held[node.Name]]), node.Name));
    }

    // Counted from the decisions alone, whoever moved on the way.
    private static bool Bears(OpenbNode node, List<OpenbDecision> held) =>
        held.Sum(decision => decision.Pod.CpuMilli) <= node.CpuMilli
        && held.Sum(decision => decision.Pod.MemoryMebibytes) <= node.MemoryMebibytes
        && held.All(decision => decision.Gpus.Count == decision.Pod.Gpus && decision.Gpus.Distinct().Count() == decision.Pod.Gpus)
        && held.All(decision => decision.Pod.Models.Count == 0 || decision.Pod.Models.Contains(node.Model))
        && held.SelectMany(decision => decision.Gpus.Select(gpu => (Gpu: gpu, decision.Pod.GpuMilli)))
            .GroupBy(piece => piece.Gpu).All(gpu => gpu.Key < node.Gpus && gpu.Sum(piece => piece.GpuMilli) <= 1000);

    private static double Closed(string workload, int seed, OpenbResult result)
    {
        var published = OpenbTrace.Summary().Single(row =>
            row["workload"] == workload && row["policy"] == "06-FGD" && row["seed"] == seed.ToString(CultureInfo.InvariantCulture));
        var fgd = double.Parse(published["unallocated_gpus"], CultureInfo.InvariantCulture);
        return (fgd - result.UnallocatedGpus) / (fgd - result.BoundUnallocatedGpus);
    }
}
