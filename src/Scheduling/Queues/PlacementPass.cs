using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>Tries waiting jobs in their order; one that does not fit lets those behind it pass.</summary>
public static class PlacementPass
{
    /// <summary>
    /// Decides about the jobs in turn. A job that is placed is assigned in <paramref name="state"/> before the next is
    /// tried, so that decisions do not overlap; give a fork when the pass may be abandoned.
    /// </summary>
    /// <param name="state">The hall; assigned to as the pass goes on.</param>
    /// <param name="waiting">The jobs, in order; not changed.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Recorded with the decisions it repeats them.</param>
    /// <returns>One decision for each job, as it is made; stop enumerating to stop the pass.</returns>
    public static IEnumerable<PassDecision> Run(
        HallState state, IEnumerable<WaitingJob> waiting, PlacementProfile profile, ulong seed)
    {
        // Nothing is released during a pass, so what did not fit for one job does not fit for its equals behind it.
        var blocked = new Dictionary<JobSpec, PlacementDecision>();
        foreach (var job in waiting)
        {
            var shape = ShapeOf(job.Spec);
            if (blocked.TryGetValue(shape, out var earlier))
            {
                yield return new PassDecision(job, earlier);
                continue;
            }
            var decision = Placer.Place(state, job.Job, job.Spec, profile, seed);
            if (decision is Placed placed)
                state.Assign(job.Job, job.Spec, placed.Assignment);
            else
                blocked.Add(shape, decision);
            yield return new PassDecision(job, decision);
        }
    }

    // What a place depends on: neither priority, nor how long the work takes, nor which kernel it is.
    private static JobSpec ShapeOf(JobSpec spec) => spec with
    {
        Priority = 0,
        Work = spec.Work switch
        {
            SimulatedWork => AnySimulated,
            KernelWork => AnyKernel,
            var other => other,
        },
    };

    private static SimulatedWork AnySimulated { get; } = new("", TimeSpan.Zero, 0, 0);

    private static KernelWork AnyKernel { get; } = new("", [], 1, false, 0, TimeSpan.Zero);
}
