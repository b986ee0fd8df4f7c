namespace ControlPlane.Hardware.Protocol;

/// <summary>
/// How long an agent may work without a host, and after how long without the agent others may do its work. The agent
/// counts from when it sent the message that a host answered, hosts from when they heard it, which is later; so whatever
/// messages are lost or late, in either direction, the agent has stopped before anybody else begins, as long as no clock
/// runs faster or slower than true time by more than <see cref="Drift"/>.
/// </summary>
public static class LeaseTerms
{
    /// <summary>By which share a clock may run fast or slow: a hundred times what a quartz clock does, and twenty times what time servers correct at most (500 ppm).</summary>
    public const double Drift = 0.01;

    /// <summary>How often an agent looks whether its time is over.</summary>
    public static readonly TimeSpan WatchPeriod = TimeSpan.FromMilliseconds(250);

    /// <summary>What work gets to end by itself before its process is killed.</summary>
    public static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    /// <summary>For an agent on a machine that is too busy to look on time.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    /// <summary>After how long without hearing an agent its work has ended, whatever became of it.</summary>
    /// <param name="timeout">How long agents may work without a host.</param>
    public static TimeSpan OverAfter(TimeSpan timeout) => ((timeout + WatchPeriod + StopGrace) * ((1 + Drift) / (1 - Drift))) + Margin;
}
