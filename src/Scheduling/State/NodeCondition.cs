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
