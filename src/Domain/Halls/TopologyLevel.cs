namespace ControlPlane.Domain.Halls;

/// <summary>Levels of closeness, from wide to narrow. A gang lives in one hall.</summary>
public enum TopologyLevel
{
    /// <summary>The site; one hall always lies in one, so that jobs are held to <see cref="Hall"/> instead.</summary>
    Site = -1,

    /// <summary>The whole hall.</summary>
    Hall = 0,

    /// <summary>A row of racks.</summary>
    Row = 1,

    /// <summary>Racks under one spine group.</summary>
    Spine = 2,

    /// <summary>Racks under one leaf switch group.</summary>
    Leaf = 3,

    /// <summary>One rack.</summary>
    Rack = 4,

    /// <summary>GPUs that share an NVLink switch fabric: a whole NVL72 rack, or one DGX node.</summary>
    NvlinkDomain = 5,

    /// <summary>One node (tray).</summary>
    Node = 6,
}
