using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Jobs that test nodes which take nothing else.</summary>
public class TestJobTests
{
    [Fact]
    public void A_test_runs_on_the_cordoned_nodes_that_it_names_and_that_are_open_to_it()
    {
        var state = new Hall().Rack("r1", 3, 1).State();
        state.SetNodeCondition(0, NodeCondition.Cordoned, openToTests: true);
        state.SetNodeCondition(1, NodeCondition.Cordoned);
        state.SetNodeCondition(2, NodeCondition.Draining, openToTests: true);
        var job = Ask.For(Ask.Group(1));

        Assert.Equal(ReasonCode.NodesUnavailable, state.Waits(job).Code);
        Assert.Equal(ReasonCode.NodesUnavailable, state.Waits(Naming(state, job, 0)).Code); // It names it, and is no test.
        Assert.Equal(ReasonCode.NodesUnavailable, state.Waits(Naming(state, job, 1) with { IsTest = true }).Code); // An operator's cordon.
        Assert.Equal(ReasonCode.NodesUnavailable, state.Waits(Naming(state, job, 2) with { IsTest = true }).Code);
        Assert.Equal(0, state.Run(Naming(state, job, 0) with { IsTest = true }, "test").Tasks[0].Node);
        Assert.Equal(0, state.FreeGpus); // Its other GPUs are for nobody else.
        state.Release(new JobId("test"));
        state.SetNodeCondition(0, NodeCondition.Ready);
        Assert.Equal(0, state.Run(Naming(state, job, 0) with { IsTest = true }, "test").Tasks[0].Node);
        state.Verify();
    }

    private static JobSpec Naming(HallState state, JobSpec job, int node) =>
        job with { Topology = new TopologyRequest(null, null) { Nodes = [state.Layout.Nodes[node].Id] } };
}
