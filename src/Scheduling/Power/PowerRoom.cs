using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>
/// Finds out whether a job that waits for power would start if flexible jobs drew less. Nobody gives up anything unless the
/// job then starts, and nobody of higher priority does.
/// </summary>
public static class PowerRoom
{
    /// <summary>Feeds that may turn out short one after another, from the feed down to the rack.</summary>
    private const int MostRounds = 6;

    /// <summary>The limits with which the job starts; empty when it would not, or waits for something else.</summary>
    /// <param name="state">The hall.</param>
    /// <param name="job">The job; it holds nothing.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="age">A job's place in the order of submission.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Any number.</param>
    /// <param name="isBarred">True where the job may not start after all, though there is room.</param>
    public static ValueList<JobPercent> For(
        HallState state, JobId job, JobSpec spec, Func<JobId, long> age, PlacementProfile profile, ulong seed, Predicate<Assignment>? isBarred = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(spec);
        // Most of those who wait do so for something else: that is seen without a copy of the hall.
        var (trial, decision) = (state, Placer.Place(state, job, spec, profile, seed));
        for (var round = 0; round < MostRounds; round++)
        {
            if (decision is not Waiting { Reasons: [{ Code: ReasonCode.PowerShort, Unit: "W" } reason, ..] } || DomainOf(state, reason) is not { } domain)
                return [];
            if (round == 0)
                trial = state.Fork();
            var asked = trial.PowerCommitted(domain) - Watts.FromWatts(reason.Needed - reason.Available);
            var lower = PowerRelief.Lower(
                trial, new Dictionary<int, Watts> { [domain] = asked }, held => trial.AssignmentOf(held)!.PowerPercent, age, spec.Priority);
            foreach (var (held, percent) in lower)
                trial.Reassign(held, trial.AssignmentOf(held)! with { PowerPercent = percent });
            if (trial.PowerCommitted(domain) > asked)
                return [];
            decision = Placer.Place(trial, job, spec, profile, seed);
            if (decision is Placed placed)
                return isBarred?.Invoke(placed.Assignment) == true ? [] : Differences(state, trial);
        }
        return [];
    }

    private static int? DomainOf(HallState state, Reason reason)
    {
        for (var domain = 0; domain < state.Layout.PowerDomains.Count; domain++)
        {
            if (state.Layout.PowerDomains[domain].Id.Value == reason.Subject)
                return domain;
        }
        return null;
    }

    private static ValueList<JobPercent> Differences(HallState state, HallState trial) => trial.Held
        .Where(one => one.Value.Assignment.PowerPercent != state.AssignmentOf(one.Key)!.PowerPercent)
        .OrderBy(one => one.Key.Value, StringComparer.Ordinal)
        .Select(one => new JobPercent(one.Key, one.Value.Assignment.PowerPercent)).ToValueList();
}
