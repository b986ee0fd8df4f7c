namespace ControlPlane.Simulation.Scenarios;

/// <summary>What a controller made of a scenario.</summary>
/// <param name="Controller">Its name.</param>
/// <param name="TimeToSafeSeconds">From the event until every limit was kept to the end; 0 when none was passed, null when one still is.</param>
/// <param name="Peaks">Highest load over limit of each domain from the event on.</param>
/// <param name="BreakerAccumulator">How near a breaker came to tripping, 0 to 1.</param>
/// <param name="UpsUsed">How much of a UPS's overload time was used, 0 to 1.</param>
/// <param name="HighestDie">Highest die temperature, in Celsius.</param>
/// <param name="HighestInlet">Highest inlet temperature, in Celsius.</param>
/// <param name="GpuHoursLost">Work since checkpoints that was lost.</param>
/// <param name="FloorsBroken">Jobs whose mean speed from the event on lies below their class's floor.</param>
/// <param name="Overshoot">How far the root's load fell below what was asked, over the limit.</param>
/// <param name="KilledWithoutCheckpoint">Jobs that lost work.</param>
/// <param name="TokensPerProvisionedMegawatt">Tokens made from the start to the end for each megawatt of the root's rating.</param>
/// <param name="Throttled">Parts that throttled themselves because they were too hot.</param>
/// <param name="Performance">Mean speed of all jobs from the event on, weighed by GPUs.</param>
/// <param name="Orders">Orders the controller gave.</param>
/// <param name="Extra">Figures of this scenario alone.</param>
/// <param name="Events">What happened, in order, with seconds from the start.</param>
public sealed record ScenarioOutcome(
    string Controller, double? TimeToSafeSeconds, IReadOnlyDictionary<string, double> Peaks, double BreakerAccumulator, double UpsUsed,
    double HighestDie, double HighestInlet, double GpuHoursLost, int FloorsBroken, double Overshoot, int KilledWithoutCheckpoint,
    double TokensPerProvisionedMegawatt, int Throttled, double Performance, long Orders,
    IReadOnlyDictionary<string, double> Extra, IReadOnlyList<string> Events)
{
    /// <summary>Highest load over limit of any domain.</summary>
    public double HighestPeak => Peaks.Count == 0 ? 0 : Peaks.Values.Max();
}
