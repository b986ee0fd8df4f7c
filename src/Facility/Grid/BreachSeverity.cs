namespace ControlPlane.Facility.Grid;

/// <summary>How far a feed is over its target.</summary>
public enum BreachSeverity
{
    /// <summary>Not so far that anybody is told.</summary>
    None,

    /// <summary>Above the warning threshold.</summary>
    Warning,

    /// <summary>Above the critical threshold.</summary>
    Critical,
}
