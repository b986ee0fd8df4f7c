namespace ControlPlane.Scheduling;

/// <summary>How far a gang may spread in one attempt; each flag makes the rules reckon with the traffic that follows.</summary>
[Flags]
internal enum Spread
{
    None = 0,

    /// <summary>It may leave one NVLink domain: adapters must be fast enough.</summary>
    NvlinkDomains = 1,

    /// <summary>It may span leaves: their trunks carry its bandwidth.</summary>
    Leaves = 2,

    /// <summary>It may span spine groups.</summary>
    Spines = 4,
}
