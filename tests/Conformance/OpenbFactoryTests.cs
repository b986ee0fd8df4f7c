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
    [InlineData("default", 42, 2 / 3.0)]
    [InlineData("default", 43, 2 / 3.0)]
    [InlineData("default", 44, 2 / 3.0)]
    [InlineData("default", 45, 2 / 3.0)]
    [InlineData("default", 46, 2 / 3.0)]
    [InlineData("gpushare40", 42, 0.55)]
    [InlineData("multigpu20", 42, 2 / 3.0)]
    [InlineData("gpuspec10", 42, 2 / 3.0)]
    public void Closes_most_of_it_when_placed_pods_may_move(string workload, int seed, double least)
    {
        var result = OpenbTrace.Replay(workload, seed, "factory", moves: true);
        Assert.InRange(Closed(workload, seed, result), least, 1);
        Assert.True(result.Moves > 0);
    }

    private static double Closed(string workload, int seed, OpenbResult result)
    {
        var published = OpenbTrace.Summary().Single(row =>
            row["workload"] == workload && row["policy"] == "06-FGD" && row["seed"] == seed.ToString(CultureInfo.InvariantCulture));
        var fgd = double.Parse(published["unallocated_gpus"], CultureInfo.InvariantCulture);
        return (fgd - result.UnallocatedGpus) / (fgd - result.BoundUnallocatedGpus);
    }
}
