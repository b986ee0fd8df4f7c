using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Grid;
using ControlPlane.Grains.Placement;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Decisions;

/// <summary>Derives the last of some entries again from those before it.</summary>
internal static class DecisionReplay
{
    /// <summary>Goes through a hall's life up to an entry and decides that one anew.</summary>
    /// <param name="entries">Every entry from the first; the last is the one in question.</param>
    /// <param name="timeScale">Simulated seconds in one second, as the hall ran.</param>
    public static ReplayedDecision Of(IReadOnlyList<LedgerEntry> entries, double timeScale)
    {
        var entry = entries[^1];
        var book = new HallBook();
        var begun = entry is StepTaken { Pass: not null } step ? (long)step.Seed : entry.Sequence;
        foreach (var earlier in entries.TakeWhile(earlier => earlier.Sequence < begun))
            book.Apply(earlier);
        return entry switch
        {
            JobPlaced placed => Decided(entry, placed.Job, placed.Decision, Place(book, placed.Job, placed.Spec, placed.Seed)),
            // Where starts are reserved a job that fits is queued all the same: the pass that follows decides.
            JobQueued { Decision.Reasons: [{ Code: ReasonCode.InTurn }, ..] } queued =>
                new ReplayedDecision(entry.Sequence, entry.At, nameof(JobQueued), "Job/" + queued.Job, false, true, queued.Decision.Explain(), ""),
            JobQueued { NotBefore: not null } queued => Decided(
                entry, queued.Job, queued.Decision, Deferrals.Of(book.Signal, queued.Spec, queued.At, timeScale)?.Decision ?? Place(book, queued.Job, queued.Spec, (ulong)queued.Sequence)),
            SignalGiven given => Deferred(given, given.Jobs, Deferrals.Under(book, given.Signal, given.At, timeScale)),
            DeferralsEnded due => Deferred(due, NotBefore(due.Jobs), NotBefore(Deferrals.Due(book, due.At))),
            JobQueued queued => Decided(entry, queued.Job, queued.Decision, Place(book, queued.Job, queued.Spec, (ulong)queued.Sequence)),
            JobRefused refused => Decided(entry, refused.Job, refused.Decision, Place(book, refused.Job, refused.Spec, (ulong)refused.Sequence)),
            StepTaken { Pass: { } pass } taken => Decided(taken, InPass(book, entries, taken, pass, timeScale)),
            // What an agent had to stop is a fact, not a decision.
            StepTaken { Step.Kind: StepKind.Interrupt } => new ReplayedDecision(entry.Sequence, entry.At, "JobInterrupt", "", false, true, "", ""),
            StepTaken { Step.Kind: StepKind.Shed } taken => Decided(taken, Shed(book, taken, timeScale)),
            StepTaken taken => Decided(taken, new Repairs(book.State!, PlacementProfile.Factory, taken.Seed).For(taken.Step.Job)),
            PowerLowered lowered => Limits(lowered, lowered.Jobs, lowered.For is { } job ? HallPower.RoomOf(book, job, (ulong)lowered.Sequence, lowered.At, timeScale) : HallPower.LowerOf(book)),
            PowerRaised raised => Limits(raised, raised.Jobs, HallPower.RaiseOf(book, raised.Most, raised.Alone)),
            _ => new ReplayedDecision(entry.Sequence, entry.At, entry.GetType().Name, "", false, true, "", ""),
        };
    }

    private static ReplayedDecision Limits(LedgerEntry entry, ValueList<JobPercent> recorded, ValueList<JobPercent> derived) => new(
        entry.Sequence, entry.At, entry.GetType().Name, "", true, recorded == derived,
        string.Join(", ", recorded.Select(one => $"{one.Job} {one.Percent} %")), string.Join(", ", derived.Select(one => $"{one.Job} {one.Percent} %")));

    private static ValueList<DeferredJob> NotBefore(ValueList<JobId> jobs) => jobs.Select(job => new DeferredJob(job, null, "")).ToValueList();

    private static ReplayedDecision Deferred(LedgerEntry entry, ValueList<DeferredJob> recorded, ValueList<DeferredJob> derived) => new(
        entry.Sequence, entry.At, entry.GetType().Name, "", true, recorded == derived, string.Join(" ", recorded.Select(Text)), string.Join(" ", derived.Select(Text)));

    private static string Text(DeferredJob job) => $"{job.Job}: {(job.NotBefore is { } instant ? Domain.Manifests.Instants.Format(instant) : "now")}.";

    // For a feed or for a loop: which of both it was for is seen by what comes out.
    private static CycleStep? Shed(HallBook book, StepTaken taken, double timeScale) =>
        HallGuard.ShedOf(book, taken.Seed, taken.At, timeScale) is { } step && step == taken.Step ? step : HallCooling.ShedOf(book, taken.Seed, taken.At, timeScale);

    private static PlacementDecision Place(HallBook book, JobId job, JobSpec? spec, ulong seed) =>
        Placer.Place(book.State!, job, spec ?? book.Jobs[job].Spec, PlacementProfile.Factory, seed);

    // The pass is gone through as it was, with whatever else was recorded between its steps.
    private static CycleStep? InPass(HallBook book, IReadOnlyList<LedgerEntry> entries, StepTaken taken, PassFacts pass, double timeScale)
    {
        var cycle = new SchedulingCycle(book.State!, book.Line, HallDecisions.Options(book, PlacementProfile.Factory, taken.Seed, pass, timeScale));
        foreach (var entry in entries.SkipWhile(entry => entry.Sequence <= book.Sequence))
        {
            var isOfPass = entry is StepTaken { Pass: not null } other ? other.Seed == taken.Seed
                : entry is JobPlaced { Spec: null } placed && placed.Seed == taken.Seed;
            var step = isOfPass ? cycle.Next() : null;
            if (entry.Sequence == taken.Sequence)
                return step;
            book.Apply(entry);
        }
        return null;
    }

    private static ReplayedDecision Decided(LedgerEntry entry, JobId job, PlacementDecision recorded, PlacementDecision derived) => new(
        entry.Sequence, entry.At, entry.GetType().Name, "Job/" + job, true, recorded == derived, recorded.Explain(), derived.Explain());

    private static ReplayedDecision Decided(StepTaken taken, CycleStep? derived) => new(
        taken.Sequence, taken.At, "Job" + taken.Step.Kind, "Job/" + taken.Step.Job, true, taken.Step == derived, taken.Message,
        derived is null ? "Nothing would be done." : StepText.Of(derived, ""));
}
