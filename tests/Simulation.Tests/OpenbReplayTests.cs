using ControlPlane.Simulation.Openb;

namespace ControlPlane.Simulation.Tests;

public sealed class OpenbReplayTests
{
    private const string Nodes = "sn,cpu_milli,memory_mib,gpu,model\nn-0,8000,8000,2,T4\nn-1,8000,8000,2,P100\n";
    private const string Pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\na,1000,10,1,600,\nb,1000,10,1,400,\nc,1000,10,2,1000,P100\nd,1000,10,2,1000,\n";

    [Fact]
    public void Fills_the_shared_GPU_and_drops_what_fits_nowhere()
    {
        var result = Replay("bestfit", ["a", "b", "c", "d"]);
        Assert.Equal(["n-0:0", "n-0:0", "n-1:0-1", ":"], result.Decisions.Select(one => $"{one.Node}:{one.GpuText}"));
        Assert.Equal((1, 1, 3000L, 1.0), (result.Failed, result.FailedWhole(2), result.GpuUsedMilli, result.UnallocatedGpus));
    }

    [Fact]
    public void Of_equal_scores_the_lowest_rank_wins()
    {
        var result = Replay("bestfit", ["a"], [1, 0]);
        Assert.Equal("n-1", result.Decisions[0].Node);
    }

    [Fact]
    public void Refuses_an_order_that_names_an_unknown_pod()
    {
        var fault = Assert.Throws<TraceFormatException>(
            () => OpenbFiles.ReadOrder(new StringReader("pod\na\nz\n"), "order.csv", new HashSet<string> { "a" }));
        Assert.Equal("order.csv, line 3, field pod: 'z' is not in the pod list", fault.Message);
    }

    [Fact]
    public void Refuses_ranks_that_miss_a_node()
    {
        var nodes = OpenbFiles.ReadNodes(new StringReader(Nodes), "nodes.csv");
        var fault = Assert.Throws<TraceFormatException>(
            () => OpenbFiles.ReadRanks(new StringReader("sn,rank\nn-0,1\n"), "rank.csv", nodes));
        Assert.Contains("n-1 has no rank", fault.Message, StringComparison.Ordinal);
    }

    private static OpenbResult Replay(string policy, string[] order, int[]? ranks = null) => OpenbReplay.Run(
        OpenbFiles.ReadNodes(new StringReader(Nodes), "nodes.csv"), OpenbFiles.ReadPods(new StringReader(Pods), "pods.csv"),
        order, ranks ?? [0, 1], policy, 1);
}
