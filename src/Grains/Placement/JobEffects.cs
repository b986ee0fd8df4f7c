using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Jobs;

namespace ControlPlane.Grains.Placement;

/// <summary>What entries about one job make of it.</summary>
internal static class JobEffects
{
    public static JobEntry Of(JobQueued queued) => new()
    {
        Job = queued.Job,
        Spec = queued.Spec,
        SubmittedAt = queued.At,
        Submitted = queued.Sequence,
        Sequence = queued.Sequence,
        Phase = JobPhase.Waiting,
        NotBefore = queued.NotBefore,
        Message = queued.Decision.Explain(),
    };

    public static JobEntry Of(JobRefused refused) => new()
    {
        Job = refused.Job,
        Spec = refused.Spec,
        SubmittedAt = refused.At,
        Submitted = refused.Sequence,
        Sequence = refused.Sequence,
        Phase = JobPhase.Refused,
        Message = refused.Decision.Explain(),
        EndedAt = refused.At,
    };

    public static JobEntry Of(JobPlaced placed, JobEntry? known, JobSpec spec, HallNames names) => new()
    {
        Job = placed.Job,
        Spec = spec,
        SubmittedAt = known?.SubmittedAt ?? placed.At,
        Submitted = known?.Submitted ?? placed.Sequence,
        Saved = known?.Saved ?? TimeSpan.Zero,
        YieldedAt = known?.YieldedAt ?? 0,
        SavedTokens = known?.SavedTokens ?? 0,
        DeviceFaults = known?.DeviceFaults ?? 0,
        WorkFaults = known?.WorkFaults ?? 0,
        Leased = placed.Sequence,
        Sequence = placed.Sequence,
        Phase = JobPhase.Placed,
        Message = placed.Decision.Explain(),
        Generation = placed.Sequence,
        Assignment = placed.Decision.Assignment,
        Gpus = names.GpusOf(placed.Decision.Assignment),
        Attempts = (known?.Attempts ?? 0) + 1,
        SlowestSpeed = PowerEffects.SpeedOf(spec, placed.Decision.Assignment, names.Layout),
    };

    public static JobEntry Of(JobEnded ended, JobEntry job) => job with
    {
        Sequence = ended.Sequence,
        Phase = ended.Phase,
        Message = ended.Message,
        Assignment = null,
        OrderedPercent = 0,
        EndedAt = ended.At,
        Tokens = ended.Tokens,
        Result = ended.Result,
    };
}
