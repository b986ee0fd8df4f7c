namespace ControlPlane.Facility.Grid;

/// <summary>Where a breach stands.</summary>
public enum BreachStatus
{
    /// <summary>It was found.</summary>
    Active,

    /// <summary>It has become worse.</summary>
    Escalated,

    /// <summary>It is over.</summary>
    Resolved,
}
