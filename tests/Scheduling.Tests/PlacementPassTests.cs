using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

public sealed class PlacementPassTests
{
    [Fact]
    public void Tries_by_priority_then_by_submission_and_lets_smaller_jobs_pass()
    {
        var state = new Hall().Rack("r1", 1, 4).State();
        var waiting = new WaitingJobs();
        Add(waiting, "late-urgent", 3, priority: 500, sequence: 3);
        Add(waiting, "first", 2, priority: 100, sequence: 1);
        Add(waiting, "second", 1, priority: 100, sequence: 2);
        var decisions = Run(state, new PlacementPass(waiting), 10);
        Assert.Equal(["late-urgent", "first", "second"], decisions.Select(one => one.Job.Job.Value));
        Assert.Equal([typeof(Placed), typeof(Waiting), typeof(Placed)], decisions.Select(one => one.Decision.GetType()));
        Assert.Equal(0, state.FreeGpus);
    }

    [Fact]
    public void Thousands_of_equal_blocked_jobs_are_decided_once()
    {
        var state = new Hall().Rack("r1", 200, 8).State();
        var waiting = new WaitingJobs();
        for (var job = 0; job < 20_000; job++)
            Add(waiting, $"job-{job}", 8, priority: 100, sequence: job);
        var decisions = Run(state, new PlacementPass(waiting), 20_000);
        Assert.Equal(200, decisions.Count(one => one.Decision is Placed));
        Assert.Single(decisions, one => one.Decision is Waiting);
    }

    [Fact]
    public void A_pass_goes_on_where_it_stopped_and_passes_over_what_left_meanwhile()
    {
        var state = new Hall().Rack("r1", 1, 4).State();
        var waiting = new WaitingJobs();
        for (var job = 1; job <= 4; job++)
            Add(waiting, $"job-{job}", 1, priority: 100, sequence: job);
        var pass = new PlacementPass(waiting);
        Assert.True(pass.Try(2, job => Place(state, job)));
        Assert.Equal(2, state.FreeGpus);
        Assert.False(pass.Try(2, job => job.Job.Value == "job-3" ? null : Place(state, job)));
        Assert.Equal(["job-1", "job-2", "job-4"], state.Jobs.Select(job => job.Value));
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

    private static List<(WaitingJob Job, PlacementDecision Decision)> Run(HallState state, PlacementPass pass, int count)
    {
        var decisions = new List<(WaitingJob, PlacementDecision)>();
        Assert.False(pass.Try(count, job =>
        {
            var decision = Place(state, job);
            decisions.Add((job, decision));
            return decision;
        }));
        return decisions;
    }

    private static PlacementDecision Place(HallState state, WaitingJob job)
    {
        var decision = Placer.Place(state, job.Job, job.Spec, PlacementProfile.Factory, 1);
        if (decision is Placed placed)
            state.Assign(job.Job, job.Spec, placed.Assignment);
        return decision;
    }
}
