namespace ControlPlane.Scheduling;

/// <summary>Whether a node takes new tasks.</summary>
public enum NodeCondition
{
    /// <summary>Takes new tasks.</summary>
    Ready = 0,

    /// <summary>Keeps what it runs and takes nothing new.</summary>
    Cordoned = 1,

    /// <summary>Out of order; takes nothing new. What it ran stays leased until it is released.</summary>
    Failed = 2,

    /// <summary>Takes nothing new, and what it runs is moved off or let run out.</summary>
    Draining = 3,
}

/// <summary>How what several sides say of a node becomes one condition.</summary>
public static class NodeConditions
{
    /// <summary>The condition of the two that allows less: ready allows most, then cordoned, draining and failed.</summary>
    public static NodeCondition OrWorse(this NodeCondition one, NodeCondition other) => Rank(one) >= Rank(other) ? one : other;

    private static int Rank(NodeCondition condition) => condition switch
    {
        NodeCondition.Ready => 0,
        NodeCondition.Cordoned => 1,
        NodeCondition.Draining => 2,
        NodeCondition.Failed => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "There is no such condition."),
    };
}
