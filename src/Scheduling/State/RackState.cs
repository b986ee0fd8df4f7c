namespace ControlPlane.Scheduling;

/// <summary>
/// Where a rack is: what an operator set, or a stage of its life (names of NVIDIA's infrastructure controller). What a stage
/// means for work is in <see cref="RackStates.Condition"/>.
/// </summary>
public enum RackState
{
    /// <summary>Takes new tasks where its nodes do.</summary>
    Ready = 0,

    /// <summary>Keeps what it runs and takes nothing new.</summary>
    Cordoned = 1,

    /// <summary>Out of order: what it ran goes on elsewhere.</summary>
    Failed = 2,

    /// <summary>Takes nothing new, and what it runs is moved off or let run out.</summary>
    Draining = 3,

    /// <summary>Declared, not looked at yet.</summary>
    Created = 4,

    /// <summary>Its parts are being found.</summary>
    Discovering = 5,

    /// <summary>It is being accepted: its nodes are tested.</summary>
    Validating = 6,

    /// <summary>Firmware, switches or power are being worked on.</summary>
    Maintenance = 7,

    /// <summary>It came to a fault in its life that a person must look at.</summary>
    Error = 8,

    /// <summary>It is being taken away.</summary>
    Deleting = 9,
}

/// <summary>What a rack's state means for work.</summary>
public static class RackStates
{
    /// <summary>
    /// The condition of every node in such a rack: before acceptance it takes nothing new, maintenance and removal need it
    /// empty, an error is a failure.
    /// </summary>
    public static NodeCondition Condition(this RackState state) => state switch
    {
        RackState.Ready => NodeCondition.Ready,
        RackState.Cordoned or RackState.Created or RackState.Discovering or RackState.Validating => NodeCondition.Cordoned,
        RackState.Draining or RackState.Maintenance or RackState.Deleting => NodeCondition.Draining,
        RackState.Failed or RackState.Error => NodeCondition.Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "There is no such state."),
    };
}
