namespace ControlPlane.Facility.Health;

/// <summary>What may follow from an alert: the names of NVIDIA's infrastructure controller, of which one acts on placement, and one of ours that does.</summary>
public static class HealthClassifications
{
    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        HealthAlert.PreventAllocations, "PreventInstanceDeletion", "PreventHostStateChanges", "SuppressExternalAlerting",
        "ExcludeFromStateMachineSla", "StopRebootForAutomaticRecoveryFromStateMachine", "Hardware", "SensorWarning", "SensorCritical",
        "SensorFatal", "SensorFailure", "Leak", "LeakDetector", "SerialConsole",
        HealthAlert.DrainNode,
    ];
}
