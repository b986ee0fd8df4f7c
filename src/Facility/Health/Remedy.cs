namespace ControlPlane.Facility.Health;

/// <summary>What is done about a GPU that reports a fault; a later one costs more.</summary>
public enum Remedy
{
    /// <summary>Nothing: it is noted.</summary>
    None = 0,

    /// <summary>The work on it is done again from its last checkpoint.</summary>
    RestartJob = 1,

    /// <summary>It is emptied and reset, and then takes work again.</summary>
    ResetGpu = 2,

    /// <summary>Its node is emptied, for a person or a tool to start it anew.</summary>
    Drain = 3,

    /// <summary>Its node is emptied until the part is replaced.</summary>
    Replace = 4,
}

/// <summary>How far an automatic remedy goes.</summary>
public enum RemedyMode
{
    /// <summary>It is carried out, within its limits.</summary>
    Act = 0,

    /// <summary>It is only said what would be done.</summary>
    DryRun = 1,

    /// <summary>It is not considered.</summary>
    Off = 2,
}

/// <summary>What came of a case.</summary>
public enum RemedyState
{
    /// <summary>Nothing is to be done, or no longer.</summary>
    Noted = 0,

    /// <summary>It would have been carried out.</summary>
    DryRun = 1,

    /// <summary>It may not be carried out now: an operator decides.</summary>
    HeldBack = 2,

    /// <summary>It is being carried out, or holds.</summary>
    Acting = 3,

    /// <summary>It was carried out.</summary>
    Done = 4,

    /// <summary>It could not be carried out.</summary>
    Failed = 5,
}
