namespace ControlPlane.Simulation.Twin;

/// <summary>Something that keeps a virtual hall within its limits, or fails to.</summary>
public interface ITwinController
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>How often it looks.</summary>
    TimeSpan Period { get; }

    /// <summary>Hears a hard-wired signal, at once.</summary>
    /// <param name="signal">What happened.</param>
    /// <param name="index">Index of the power domain or loop concerned.</param>
    /// <param name="controls">What it may do.</param>
    void Signal(TwinSignal signal, int index, TwinControls controls);

    /// <summary>Looks, and gives orders.</summary>
    void Step(TwinReadings readings, TwinControls controls);
}

/// <summary>A signal that comes by wire, not by polling.</summary>
public enum TwinSignal
{
    /// <summary>A domain has lost one of its feeds.</summary>
    FeedLost,

    /// <summary>A domain has its feeds back.</summary>
    FeedBack,

    /// <summary>A domain carries nothing any more, as when its busway has tripped.</summary>
    DomainDown,

    /// <summary>A relay sees a domain's load close to its limit.</summary>
    NearLimit,

    /// <summary>Nothing flows in a loop.</summary>
    FlowLost,

    /// <summary>A tray reports a leak, by a reading of good quality; the index is the tray's rack in the virtual hall.</summary>
    Leak,

    /// <summary>The same by a reading of bad quality.</summary>
    UntrustedLeak,

    /// <summary>A link went down or came back.</summary>
    LinkChanged,

    /// <summary>A job has come and wants a place; the index is its own.</summary>
    JobArrived,
}
