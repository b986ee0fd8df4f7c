using ControlPlane.Simulation.Openb;
using CsCheck;

namespace ControlPlane.Simulation.Tests;

public sealed class OpenbBoundTests
{
    private static readonly int[] Sizes = [1000, 810, 600, 500, 330, 190, 0];

    [Fact]
    public void Counts_what_identical_shares_strand()
    {
        // Two GPUs bear four shares of 400 and strand 200 each.
        var pods = Enumerable.Range(0, 9).Select(number => Pod(number, 400)).ToList();
        Assert.Equal(0.4, OpenbBound.UnallocatedGpus(2, pods), 3);
    }

    [Fact]
    public void Too_little_demand_leaves_the_rest() =>
        Assert.Equal(2.5, OpenbBound.UnallocatedGpus(3, [Pod(0, 500)]), 3);

    [Fact]
    public void No_packing_that_refuses_nobody_passes_it() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[0, Sizes.Length - 1].Array[1, 9]).Sample(
            (gpus, kinds) =>
            {
                var pods = kinds.Select((kind, number) => Pod(number, Sizes[kind])).ToList();
                var least = LeastLeft(pods, 0, [.. Enumerable.Repeat(1000, gpus)]);
                Assert.True(OpenbBound.UnallocatedGpus(gpus, pods) <= least / 1000.0 + 1e-9);
            },
            iter: 500);

    // Every choice of GPU for every pod; a pod is dropped only when it fits nowhere.
    private static int LeastLeft(List<OpenbPod> pods, int next, int[] free)
    {
        if (next == pods.Count)
            return free.Sum();
        var (least, fits) = (int.MaxValue, pods[next].MilliGpus == 0);
        for (var gpu = 0; gpu < free.Length && pods[next].MilliGpus > 0; gpu++)
        {
            if (free[gpu] < pods[next].MilliGpus)
                continue;
            fits = true;
            free[gpu] -= pods[next].MilliGpus;
            least = Math.Min(least, LeastLeft(pods, next + 1, free));
            free[gpu] += pods[next].MilliGpus;
        }
        return fits && least < int.MaxValue ? least : LeastLeft(pods, next + 1, free);
    }

    private static OpenbPod Pod(int number, int milli) => new($"p{number}", 1000, 10, milli > 0 ? 1 : 0, milli, "", 0, 0);
}
