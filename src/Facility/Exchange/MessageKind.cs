namespace ControlPlane.Facility.Exchange;

/// <summary>What a message of the exchange is about.</summary>
public enum MessageKind
{
    /// <summary>A grid operator sets load targets.</summary>
    LoadTargets,

    /// <summary>What each feed draws and which targets it follows.</summary>
    PowerState,

    /// <summary>A feed is over its target, or no longer.</summary>
    Breach,

    /// <summary>What came of the steps that a breach asked for.</summary>
    Enforcement,

    /// <summary>What a point of the building shows.</summary>
    PointValue,

    /// <summary>What a point of the building is.</summary>
    PointMetadata,

    /// <summary>Where a host stands in its life.</summary>
    MachineState,
}
