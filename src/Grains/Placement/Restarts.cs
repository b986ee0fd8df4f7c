using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Racks;

namespace ControlPlane.Grains.Placement;

/// <summary>Whether work that met a fault is done again.</summary>
internal static class Restarts
{
    /// <summary>Why it is done again, for a person; null when it is not, and its job fails.</summary>
    public static string? After(LeaseEnd end, JobEntry job)
    {
        var (before, most, whose) = end.Fault switch
        {
            Fault.Device => (job.DeviceFaults, job.Spec.Restarts ?? JobSpec.DeviceRestarts, "the GPU's fault"),
            Fault.Work => (job.WorkFaults, job.Spec.Restarts ?? 0, "a fault of its own"),
            _ => (0, 0, ""),
        };
        return before < most ? $"{end.Message} (restart {before + 1} of {most} after {whose})" : null;
    }
}
