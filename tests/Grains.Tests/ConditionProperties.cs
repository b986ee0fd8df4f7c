using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Placement;
using ControlPlane.Scheduling;
using CsCheck;

namespace ControlPlane.Grains.Tests;

/// <summary>What a node, its rack, its health and its agent say, in any order.</summary>
public class ConditionProperties
{
    private const int Racks = 2;
    private const int NodesPerRack = 3;

    /// <summary>Every node's condition is the worst that the last word of each side says, in the hall, in one made of its snapshot, and under another layout.</summary>
    [Fact]
    public void The_worst_of_four_sides_holds_and_no_side_lifts_another() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, (Racks * NodesPerRack) - 1], Gen.Int[0, 9]).Array[0, 40].Sample(life =>
        {
            var (own, racks, lost, health) = (new NodeCondition[Racks * NodesPerRack], new RackState[Racks], new bool[Racks * NodesPerRack], new NodeCondition[Racks * NodesPerRack]);
            var book = new HallBook();
            book.Apply(new HallConfigured(1, default, 1, Layout()));
            foreach (var (side, node, value) in life)
            {
                book.Apply(Entry(book.Sequence + 1, side, node, value));
                switch (side)
                {
                    case 0:
                        own[node] = (NodeCondition)(value % 4);
                        break;
                    case 1:
                        racks[node / NodesPerRack] = (RackState)value;
                        break;
                    case 2:
                        lost[node] = value > 4;
                        break;
                    default:
                        health[node] = value > 7 ? NodeCondition.Draining : value > 4 ? NodeCondition.Cordoned : NodeCondition.Ready;
                        break;
                }
            }
            var restored = HallBook.FromRow(book.ToRow());
            Check(book, own, racks, lost, health);
            Check(restored, own, racks, lost, health);
            restored.Apply(new HallConfigured(restored.Sequence + 1, default, 2, Layout()));
            Check(restored, own, racks, lost, health);
        });

    private static LedgerEntry Entry(long sequence, int side, int node, int value) => side switch
    {
        0 => new NodeConditionChanged(sequence, default, Node(node), (NodeCondition)(value % 4)),
        1 => new RackConditionChanged(sequence, default, Rack(node / NodesPerRack), (RackState)value, ""),
        2 => new NodeReachChanged(sequence, default, Node(node), value > 4),
        _ => new NodeHealthChanged(sequence, default, Node(node), value > 4 ? "BmcSensor (bmc)" : "", "hot") { Drains = value > 7 },
    };

    private static void Check(HallBook book, NodeCondition[] own, RackState[] racks, bool[] lost, NodeCondition[] health)
    {
        for (var node = 0; node < own.Length; node++)
        {
            NodeCondition[] sides =
            [
                own[node], racks[node / NodesPerRack].Condition(), health[node],
                lost[node] ? NodeCondition.Failed : NodeCondition.Ready,
            ];
            NodeCondition[] worstFirst = [NodeCondition.Failed, NodeCondition.Draining, NodeCondition.Cordoned, NodeCondition.Ready];
            var worst = worstFirst.First(sides.Contains);
            Assert.Equal(worst, book.State!.ConditionOf(node));
            Assert.Equal(worst == NodeCondition.Ready, ConditionText.Obstacles(Node(node), book).Length == 0);
        }
    }

    private static HallLayout Layout() => new(
        new HallId("hall-a"), "", [],
        Enumerable.Range(0, Racks).Select(rack => new HallRack(Rack(rack), "test", 0, -1, -1, -1, -1, -1, [], rack * NodesPerRack, NodesPerRack, Watts.Zero, true)).ToValueList(),
        Enumerable.Range(0, Racks * NodesPerRack).Select(node => new HallNode(Node(node), node / NodesPerRack, -1, 0, 1000, Gibibytes.Zero, Watts.Zero, node, GigabitsPerSecond.Zero)).ToValueList(),
        [], [], [], []);

    private static NodeId Node(int node) => new($"r{node / NodesPerRack}-n{node % NodesPerRack:00}");

    private static RackId Rack(int rack) => new($"r{rack}");
}
