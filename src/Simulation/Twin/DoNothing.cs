namespace ControlPlane.Simulation.Twin;

/// <summary>The first baseline: nobody reacts.</summary>
public sealed class DoNothing : ITwinController
{
    /// <inheritdoc/>
    public string Name => "do-nothing";

    /// <inheritdoc/>
    public TimeSpan Period => TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public void Signal(TwinSignal signal, int index, TwinControls controls)
    {
        // On purpose.
    }

    /// <inheritdoc/>
    public void Step(TwinReadings readings, TwinControls controls)
    {
        // On purpose.
    }
}
