namespace ControlPlane.Hardware.Collectives;

/// <summary>The ring is broken: a rank ended, is not heard, or says what it may not.</summary>
public sealed class CollectiveFaultException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The code that work reports carry.</summary>
    public const string ErrorCode = "ring-broken";
}
