using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

/// <summary>
/// Three GPUs on three nodes: "asked" needs 700 and fits only where "first" is, "first" only where "second" is, and
/// "second" beside "third". Clearing one node is of no use: nobody on it fits elsewhere as things stand.
/// </summary>
public sealed class CycleChainTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", 100, "Consolidate: first to 1, second to 2")]
    [InlineData("", 900, "Consolidate: first to 1, second to 2")]
    [InlineData("second is not preemptible", 100, "nothing")]
    [InlineData("second has just started", 100, "nothing")]
    [InlineData("moving is not allowed", 100, "nothing")]
    [InlineData("moving is not allowed", 900, "Preempt: first evicted")]
    public void A_job_takes_the_place_of_one_that_takes_the_place_of_another(string unless, int priority, string expected)
    {
        var state = new Hall().Rack("r1", 3, 1).State();
        Start(state, "first", 600, 0, Share(600));
        Start(state, "second", 450, 1, Share(450) with
        {
            Preemptible = unless != "second is not preemptible",
            MinimumRuntime = unless == "second has just started" ? TimeSpan.FromHours(1) : TimeSpan.Zero,
        });
        foreach (var (job, milli, node) in new[] { ("beside-first", 300, 0), ("beside-second", 400, 1), ("third", 550, 2) })
            Start(state, job, milli, node, Share(milli) with { Preemptible = false });
        var waiting = new WaitingJobs();
        waiting.Add(new WaitingJob(new JobId("asked"), Share(700) with { Priority = priority }, 1));
        var options = new CycleOptions(PlacementProfile.Factory, 1, Now, _ => null) { MayMove = unless != "moving is not allowed" };
        var step = new SchedulingCycle(state, waiting, options).Next();
        Assert.Equal(expected, Told(step));
        step?.ApplyTo(state, waiting.Find(step.Job)!.Spec);
        state.Verify();
        Assert.Equal(expected == "nothing" ? 5 : 6 - step!.Evicted.Count, state.JobCount);
    }

    private static string Told(CycleStep? step) => step is null
        ? "nothing"
        : $"{step.Kind}: " + string.Join(", ", step.Evicted.Select(job => $"{job} evicted")
            .Concat(step.Changed.Select(change => $"{change.Job} to {change.Assignment.Tasks[0].Node}").Order()));

    private static JobSpec Share(int milli) => Ask.For(Ask.Group(0, milli: milli));

    private static void Start(HallState state, string job, int milli, int node, JobSpec spec) =>
        state.Assign(new JobId(job), spec, new Assignment([new TaskPlacement(0, 0, node, [0], milli)]));
}
