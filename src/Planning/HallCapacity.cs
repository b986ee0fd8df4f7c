using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Planning;

/// <summary>Answers "how many more of these fit?" with the placer that would place them.</summary>
public static class HallCapacity
{
    /// <summary>Places copies of a job in a fork until one no longer fits. Changes nothing in the state.</summary>
    /// <param name="state">The hall as it is.</param>
    /// <param name="spec">The job.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Repeats the answer.</param>
    /// <param name="most">Stops at this many; 1,000,000 by default, which no hall of today holds.</param>
    public static HallCapacityAnswer HowManyFit(
        HallState state, JobSpec spec, PlacementProfile profile, ulong seed, int most = 1_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        var fork = state.Fork();
        for (var count = 0; count < most; count++)
        {
            // Upper case never occurs in a job's name, so a copy never meets a real job.
            var job = new JobId("COPY-" + count.ToString(CultureInfo.InvariantCulture));
            var decision = Placer.Place(fork, job, spec, profile, seed);
            if (decision is not Placed placed)
                return new HallCapacityAnswer(count, decision);
            fork.Assign(job, spec, placed.Assignment);
        }
        return new HallCapacityAnswer(most, null);
    }
}
