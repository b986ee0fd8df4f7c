namespace ControlPlane.Simulation.Twin;

/// <summary>How long signals and orders take.</summary>
/// <param name="Telemetry">Age of what a controller reads. One second: readings are taken at 1 Hz.</param>
/// <param name="Cap">From an order to a cap in force. Two seconds: power limits of processors settle in about two (Dynamo, ISCA 2016).</param>
/// <param name="Failsafe">From a signal to armed caps in force. GridPilot (arXiv:2605.26384) measured 97.2 ms from trigger to target.</param>
public sealed record TwinLatencies(TimeSpan Telemetry, TimeSpan Cap, TimeSpan Failsafe)
{
    /// <summary>The figures given above.</summary>
    public static TwinLatencies Usual { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(100));
}
