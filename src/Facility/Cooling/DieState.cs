namespace ControlPlane.Facility.Cooling;

/// <summary>What a GPU does about its temperature.</summary>
public enum DieState
{
    /// <summary>Nothing: it is within its range.</summary>
    Normal,

    /// <summary>Nothing yet: it is warmer than it should be.</summary>
    Hot,

    /// <summary>It runs slower.</summary>
    Throttled,

    /// <summary>It has switched itself off.</summary>
    Off,
}
