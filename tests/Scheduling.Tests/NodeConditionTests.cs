namespace ControlPlane.Scheduling.Tests;

public class NodeConditionTests
{
    [Fact]
    public void The_worse_of_two_conditions_holds_whichever_comes_first()
    {
        NodeCondition[] order = [NodeCondition.Ready, NodeCondition.Cordoned, NodeCondition.Draining, NodeCondition.Failed];
        for (var one = 0; one < order.Length; one++)
        {
            for (var other = 0; other < order.Length; other++)
                Assert.Equal(order[Math.Max(one, other)], order[one].OrWorse(order[other]));
        }
    }

    [Theory]
    [InlineData(RackState.Ready, NodeCondition.Ready)]
    [InlineData(RackState.Created, NodeCondition.Cordoned)]
    [InlineData(RackState.Discovering, NodeCondition.Cordoned)]
    [InlineData(RackState.Validating, NodeCondition.Cordoned)]
    [InlineData(RackState.Cordoned, NodeCondition.Cordoned)]
    [InlineData(RackState.Maintenance, NodeCondition.Draining)]
    [InlineData(RackState.Deleting, NodeCondition.Draining)]
    [InlineData(RackState.Draining, NodeCondition.Draining)]
    [InlineData(RackState.Error, NodeCondition.Failed)]
    [InlineData(RackState.Failed, NodeCondition.Failed)]
    public void Every_state_of_a_rack_says_what_its_nodes_may_do(RackState state, NodeCondition condition) => Assert.Equal(condition, state.Condition());
}
