using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>Finds out, on a copy of the hall, what would be done about a job.</summary>
internal static class HallPlan
{
    public static PlanAnswer Of(HallBook book, HallDecisions decisions, JobId job, JobSpec spec, DateTimeOffset now)
    {
        var state = book.State!.Fork();
        var before = Draw(state);
        var decision = decisions.Decide(job, spec).Decision;
        if (decision is Placed placed && decisions.InTheWay(job, spec, placed.Assignment) is null)
        {
            state.Assign(job, spec, placed.Assignment);
            return new PlanAnswer("place", placed.Explain(), [], [], [], RacksOf(book, placed.Assignment), Draw(state) - before, now);
        }
        if (decision is Refused)
            return new PlanAnswer("refuse", With(decision.Explain(), book.State!, job, spec), [], [], [], [], Watts.Zero, null);
        var lower = PowerRoom.For(
            state, job, spec, other => book.Jobs[other].Submitted, PlacementProfile.Factory, (ulong)book.Sequence + 1,
            assignment => decisions.InTheWay(job, spec, assignment) is not null);
        if (lower.Count > 0)
            return Lowered(book, state, job, spec, lower, before, now);
        var waiting = new WaitingJobs();
        waiting.Add(new WaitingJob(job, spec, long.MaxValue));
        var cycle = new SchedulingCycle(state, waiting, decisions.Options(new PassFacts(now, true, Backfill.None, 1, [], [])));
        while (cycle.Next() is { } step)
        {
            step.ApplyTo(state, step.Job == job ? spec : book.Jobs[step.Job].Spec);
            if (step.Job != job)
                continue;
            return new PlanAnswer(
                step.Kind.ToString().ToLowerInvariant(), StepText.Of(step, ""), step.Evicted,
                step.Changed.Where(change => change.Moved).Select(change => change.Job).ToValueList(),
                step.Changed.Where(change => !change.Moved).Select(change => change.Job).ToValueList(),
                RacksOf(book, step.Assignment!), Draw(state) - before, now);
        }
        var said = cycle.PassedOver.Count == 1 ? cycle.PassedOver.First().Decision : decision;
        var estimate = decisions.Estimate(job, spec);
        return new PlanAnswer("wait", With(said.Explain(), book.State!, job, spec), [], [], [], [], Watts.Zero, estimate?.EarliestStart);
    }

    // Whoever gives power up goes on where it is, only slower: nobody is evicted or moved.
    private static PlanAnswer Lowered(HallBook book, HallState state, JobId job, JobSpec spec, ValueList<JobPercent> lower, Watts before, DateTimeOffset now)
    {
        foreach (var (held, percent) in lower)
            state.Reassign(held, state.AssignmentOf(held)! with { PowerPercent = percent });
        var placed = (Placed)Placer.Place(state, job, spec, PlacementProfile.Factory, (ulong)book.Sequence + 1);
        state.Assign(job, spec, placed.Assignment);
        var who = string.Join(", ", lower.Select(one => $"{one.Job} at {one.Percent} %"));
        return new PlanAnswer("lower", $"{placed.Explain()} Others draw less first: {who}.", [], [], [], RacksOf(book, placed.Assignment), Draw(state) - before, now);
    }

    private static string With(string decision, HallState state, JobId job, JobSpec spec) =>
        $"{decision} {Alternatives.Sentence(Alternatives.Of(state, job, spec, PlacementProfile.Factory, 0))}".TrimEnd();

    private static ValueList<RackId> RacksOf(HallBook book, Assignment assignment) =>
        book.Names.RacksOf(assignment).Select(rack => book.Names.Layout.Racks[rack].Id).ToValueList();

    private static Watts Draw(HallState state)
    {
        var sum = Watts.Zero;
        for (var rack = 0; rack < state.Layout.Racks.Count; rack++)
            sum += state.RackDraw(rack);
        return sum;
    }
}
