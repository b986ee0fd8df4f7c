using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

public sealed class CycleOrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Tries_by_priority_then_by_submission_and_lets_smaller_jobs_pass()
    {
        var state = new Hall().Rack("r1", 1, 4).State();
        var waiting = new WaitingJobs();
        Add(waiting, "late-urgent", 3, priority: 500, sequence: 3);
        Add(waiting, "first", 2, priority: 100, sequence: 1);
        Add(waiting, "second", 1, priority: 100, sequence: 2);
        var cycle = Cycle(state, waiting);
        Assert.Equal(["late-urgent", "second"], Starts(cycle, state, waiting));
        Assert.Equal("first", Assert.Single(cycle.PassedOver).Job.Job.Value);
        Assert.Equal(0, state.FreeGpus);
    }

    [Fact]
    public void Thousands_of_equal_blocked_jobs_are_decided_once()
    {
        var state = new Hall().Rack("r1", 200, 8).State();
        var waiting = new WaitingJobs();
        for (var job = 0; job < 20_000; job++)
            Add(waiting, $"job-{job}", 8, priority: 100, sequence: job);
        var cycle = Cycle(state, waiting);
        Assert.Equal(200, Starts(cycle, state, waiting).Count);
        Assert.Equal(19_800, cycle.PassedOver.Count);
        Assert.Single(cycle.PassedOver.Select(one => one.Decision).Distinct(ReferenceEqualityComparer.Instance));
    }

    [Fact]
    public void A_pass_goes_on_where_it_stopped_and_passes_over_what_left_meanwhile()
    {
        var state = new Hall().Rack("r1", 1, 4).State();
        var waiting = new WaitingJobs();
        for (var job = 1; job <= 4; job++)
            Add(waiting, $"job-{job}", 1, priority: 100, sequence: job);
        var cycle = Cycle(state, waiting);
        var looks = 2;
        while (cycle.Next(ref looks) is { } step)
            step.ApplyTo(state, waiting.Find(step.Job)!.Spec);
        Assert.False(cycle.IsOver);
        Assert.Equal(["job-1", "job-2"], state.Jobs.Select(job => job.Value));
        waiting.Remove(new JobId("job-3"));
        Assert.Equal(["job-4"], Starts(cycle, state, waiting));
        Assert.True(cycle.IsOver);
    }

    [Fact]
    public void Shapes_ignore_priority_and_duration_and_tell_demands_apart()
    {
        var spec = Ask.For(Ask.Group(2, count: 3));
        var longer = spec with { Priority = 900, Work = new SimulatedWork("decode", TimeSpan.FromDays(1), 5, 0.5) };
        Assert.Equal(JobShape.Of(spec), JobShape.Of(longer));
        Assert.NotEqual(JobShape.Of(spec), JobShape.Of(Ask.For(Ask.Group(2, count: 2))));
        Assert.NotEqual(JobShape.Of(spec), JobShape.Of(spec with { Work = new KernelWork("sgemm", [], 1, false, 1, TimeSpan.Zero) }));
    }

    [Fact]
    public void A_job_waits_once()
    {
        var waiting = new WaitingJobs();
        Add(waiting, "a", 1, 100, 1);
        Assert.Throws<InvariantException>(() => Add(waiting, "a", 1, 100, 2));
        Assert.Throws<InvariantException>(() => Add(waiting, "b", 1, 100, 1));
        Assert.True(waiting.Remove(new JobId("a")));
        Assert.False(waiting.Remove(new JobId("a")));
        Assert.Equal(0, waiting.Count);
    }

    private static void Add(WaitingJobs waiting, string job, int gpus, int priority, long sequence) =>
        waiting.Add(new WaitingJob(new JobId(job), Ask.For(Ask.Group(gpus)) with { Priority = priority }, sequence));

    private static SchedulingCycle Cycle(HallState state, WaitingJobs waiting) =>
        new(state, waiting, new CycleOptions(PlacementProfile.Factory, 1, Now, _ => null) { MayEvict = false });

    private static List<string> Starts(SchedulingCycle cycle, HallState state, WaitingJobs waiting)
    {
        var starts = new List<string>();
        while (cycle.Next() is { } step)
        {
            step.ApplyTo(state, waiting.Find(step.Job)!.Spec);
            starts.Add(step.Job.Value);
        }
        return starts;
    }
}
