namespace ControlPlane.Facility.Grid;

/// <summary>What infrastructure may do about a breach, least disruptive first (DSX Flex).</summary>
public enum InfrastructureAction
{
    /// <summary>Switch nodes off.</summary>
    ShutdownNodes,

    /// <summary>Switch racks off.</summary>
    ShutdownRacks,

    /// <summary>Cut data feeds.</summary>
    CutDataFeeds,

    /// <summary>Open breakers.</summary>
    TripBreakers,
}
