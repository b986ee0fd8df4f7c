using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>
/// What a place depends on: neither priority, nor how long the work takes, nor which kernel it is. Jobs of one shape fit
/// in the same places. Compares by value.
/// </summary>
public readonly record struct JobShape
{
    private readonly JobSpec _spec;

    private JobShape(JobSpec spec) => _spec = spec;

    private static SimulatedWork AnySimulated { get; } = new("", TimeSpan.Zero, 0, 0);

    private static KernelWork AnyKernel { get; } = new("", [], 1, false, 0, TimeSpan.Zero);

    /// <summary>The shape of a job.</summary>
    public static JobShape Of(JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return WithPriority(spec with { Priority = 0 });
    }

    /// <summary>The shape of a job together with its priority: such jobs also have the same right to make others give way.</summary>
    public static JobShape WithPriority(JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new JobShape(spec with
        {
            Deferrable = false,
            StartBy = null,
            Restarts = null,
            Work = spec.Work switch
            {
                SimulatedWork => AnySimulated,
                { RunsOnDevice: true } => AnyKernel,
                var other => other,
            },
        });
    }
}
