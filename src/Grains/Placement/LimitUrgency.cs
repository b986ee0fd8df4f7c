namespace ControlPlane.Grains.Placement;

/// <summary>What is done so that a power domain keeps a limit that was asked for.</summary>
public enum LimitUrgency
{
    /// <summary>Flexible jobs draw less; beyond that the limit follows as jobs end.</summary>
    Lower = 0,

    /// <summary>Besides, jobs are moved or paused at their last checkpoint while more is metered, lowest priority first.</summary>
    Pause = 1,

    /// <summary>Besides, the caps that are armed on the nodes are fired at once while more is metered.</summary>
    Emergency = 2,
}
