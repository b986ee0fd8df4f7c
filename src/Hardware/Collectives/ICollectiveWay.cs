namespace ControlPlane.Hardware.Collectives;

/// <summary>By which way a rank's floats go round.</summary>
internal interface ICollectiveWay : IDisposable
{
    /// <summary>Runs the operation so often, and says how long that took, in seconds. Blocks.</summary>
    /// <exception cref="CollectiveFaultException">The ring broke.</exception>
    double Repeat(int times);
}
