namespace ControlPlane.Facility.Grid;

/// <summary>What is done with work that a feed cannot carry; always after a checkpoint.</summary>
public enum ReliefKind
{
    /// <summary>It goes on at another feed.</summary>
    Migrate,

    /// <summary>It waits.</summary>
    Pause,
}
