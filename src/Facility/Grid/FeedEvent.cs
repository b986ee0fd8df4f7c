namespace ControlPlane.Facility.Grid;

/// <summary>What a feed reports to the grid (DSX Flex, power state status).</summary>
public enum FeedEvent
{
    /// <summary>A target was received.</summary>
    TargetSet,

    /// <summary>Load begins to fall.</summary>
    StartRampDown,

    /// <summary>Load has fallen as far as it does.</summary>
    EndRampDown,

    /// <summary>Load begins to rise.</summary>
    StartRampUp,

    /// <summary>Load has risen.</summary>
    EndRampUp,

    /// <summary>Nothing happened: the regular report.</summary>
    Periodic,
}
