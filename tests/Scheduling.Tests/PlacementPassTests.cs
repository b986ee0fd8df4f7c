using ControlPlane.Domain;

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
        var decisions = PlacementPass.Run(state, waiting.InOrder, PlacementProfile.Factory, 1).ToList();
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
        var decisions = PlacementPass.Run(state, waiting.InOrder, PlacementProfile.Factory, 1).ToList();
        Assert.Equal(200, decisions.Count(one => one.Decision is Placed));
        Assert.Single(decisions.Where(one => one.Decision is Waiting).Select(one => one.Decision).Distinct(ReferenceEqualityComparer.Instance));
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
}
