using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Jobs;
using ControlPlane.Facility.Grid;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Grid;

/// <summary>A start that is put off.</summary>
/// <param name="At">When that was decided.</param>
/// <param name="NotBefore">Until when.</param>
/// <param name="Decision">What is said of it.</param>
internal sealed record Deferral(DateTimeOffset At, DateTimeOffset NotBefore, Waiting Decision);

/// <summary>
/// Which jobs wait for cheaper or cleaner energy, decided from the ledger alone: the signal it holds and the instant of the
/// entry. A job that ran already is not put off again: it has lost time enough.
/// </summary>
internal static class Deferrals
{
    private const string NotDeferred = "The grid's signal does not put it off: it waits for a place.";

    /// <summary>Until when a job is put off that is to start now; null when it is not.</summary>
    /// <param name="signal">The hall's signal, or null.</param>
    /// <param name="spec">The job.</param>
    /// <param name="at">The present.</param>
    /// <param name="timeScale">Simulated seconds in one second.</param>
    public static Deferral? Of(GridSignal? signal, JobSpec spec, DateTimeOffset at, double timeScale)
    {
        if (signal is null || spec is not { Deferrable: true, StartBy: { } latest, Expected: { } expected })
            return null;
        if (new SignalCurve(signal).Best(at, latest, expected / timeScale) is not { } best)
            return null;
        var window = $"{Text(best.At)}, at the latest {Text(latest)}";
        var unit = signal.By == SignalKind.Price ? "a MWh" : "g CO2 a kWh";
        return new Deferral(at, best.At, new Waiting([new Reason(ReasonCode.Deferred, window, Rounded(best.Mean), Rounded(best.Present), unit, [], 0)]));
    }

    /// <summary>What changes for the jobs that wait, once the hall has a signal.</summary>
    /// <param name="book">The hall.</param>
    /// <param name="signal">The signal, or null.</param>
    /// <param name="at">The present.</param>
    /// <param name="timeScale">Simulated seconds in one second.</param>
    public static ValueList<DeferredJob> Under(HallBook book, GridSignal? signal, DateTimeOffset at, double timeScale)
    {
        var changed = new List<DeferredJob>();
        foreach (var job in book.Jobs.Values.Where(job => job is { Phase: JobPhase.Waiting, Attempts: 0, Spec.Deferrable: true }).OrderBy(job => job.Submitted))
        {
            var deferral = Of(signal, job.Spec, at, timeScale);
            if (deferral?.NotBefore != job.NotBefore)
                changed.Add(new DeferredJob(job.Job, deferral?.NotBefore, deferral?.Decision.Explain() ?? NotDeferred));
        }
        return changed.ToValueList();
    }

    /// <summary>Jobs whose instant has come, in the order of submission.</summary>
    public static ValueList<JobId> Due(HallBook book, DateTimeOffset at) => book.Deferred.Select(job => book.Jobs[job])
        .Where(job => job.NotBefore <= at).OrderBy(job => job.Submitted).Select(job => job.Job).ToValueList();

    /// <summary>A job whose instant has come.</summary>
    public static JobEntry Ended(JobEntry job, long sequence) => job with { Sequence = sequence, NotBefore = null, Message = "Its window has begun: it waits for a place." };

    /// <summary>A job under another signal.</summary>
    public static JobEntry Changed(JobEntry job, DeferredJob changed, long sequence) =>
        job with { Sequence = sequence, NotBefore = changed.NotBefore, Message = changed.Message };

    private static double Rounded(decimal mean) => (double)decimal.Round(mean, 3);

    private static string Text(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
