namespace ControlPlane.Facility.Health;

/// <summary>What may follow from an alert: the names of NVIDIA's infrastructure controller. Only one of them acts on placement here.</summary>
public static class HealthClassifications
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        HealthAlert.PreventAllocations, "PreventInstanceDeletion", "PreventHostStateChanges", "SuppressExternalAlerting",
        "ExcludeFromStateMachineSla", "StopRebootForAutomaticRecoveryFromStateMachine", "Hardware", "SensorWarning", "SensorCritical",
        "SensorFatal", "SensorFailure", "Leak", "LeakDetector", "SerialConsole",
    ];
}
