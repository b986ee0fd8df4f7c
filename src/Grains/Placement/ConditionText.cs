using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>Says what a change of a node's or a rack's condition comes to: what one side lifts another may still hold.</summary>
internal static class ConditionText
{
    public static string Of(NodeConditionChanged changed, HallBook book) =>
        $"{changed.Condition}.{(changed.Condition == NodeCondition.Ready ? Still(changed.Node, book) : "")}";

    public static string Of(NodeReachChanged changed, HallBook book) => changed.IsLost
        ? "Its agent is not heard, and has stopped by now what it ran: the node counts as failed until it is."
        : $"Its agent is heard again.{Still(changed.Node, book)}";

    public static string Of(NodeHealthChanged changed, HallBook book) =>
        changed.Alerts.Length == 0 ? $"Health no longer keeps new work off it.{Still(changed.Node, book)}" : changed.Message;

    public static string Of(RackConditionChanged changed, HallBook book)
    {
        var because = changed.Because.Length == 0 ? "" : $" {changed.Because}";
        var rack = book.Names.Racks.TryGetValue(changed.Rack, out var index) ? book.Names.Layout.Racks[index] : null;
        var closed = rack is null ? 0 : book.Names.Layout.Nodes.Skip(rack.FirstNode).Take(rack.NodeCount).Count(node => Obstacles(node.Id, book).Length > 0);
        var still = changed.State == RackState.Ready && closed > 0 ? $" {closed} of its {rack!.NodeCount} nodes still take nothing new." : "";
        return $"{changed.State}{(changed.State == RackState.Ready ? "" : $": {Meaning(changed.State.Condition())}")}.{because}{still}";
    }

    /// <summary>What keeps new work off a node of the present layout; empty when nothing does.</summary>
    public static string Obstacles(NodeId node, HallBook book) => book.Names.Nodes.TryGetValue(node, out var index)
        ? book.Conditions.Obstacles(node, book.Names.Layout.Racks[book.Names.Layout.Nodes[index].Rack].Id) : "";

    private static string Still(NodeId node, HallBook book) => Obstacles(node, book) is { Length: > 0 } why ? $" It still takes nothing new: {why}." : "";

    private static string Meaning(NodeCondition condition) => condition switch
    {
        NodeCondition.Cordoned => "its nodes take nothing new",
        NodeCondition.Draining => "its nodes take nothing new and are emptied",
        _ => "what ran there goes on elsewhere",
    };
}
