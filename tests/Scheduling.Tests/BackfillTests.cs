using ControlPlane.Domain;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Backfilling as a scheduling cycle does it.</summary>
public sealed class BackfillTests
{
    [Theory]
    [InlineData(Backfill.None, "long")]
    [InlineData(Backfill.Easy, "short")]
    [InlineData(Backfill.Conservative, "short")]
    public void A_job_behind_a_blocked_one_starts_only_when_it_does_not_delay_it(Backfill mode, string starts)
    {
        var run = Begun(mode, ("a", 2, 30), ("whole", 4, 60), ("long", 2, 40), ("short", 2, 30));
        Assert.Equal(["a", starts], run.Started.Keys.Select(job => job.Value));
        if (mode != Backfill.None)
            Assert.Equal(BackfillRun.At(30), run.Promised[new JobId("whole")].Start);
    }

    [Fact]
    public void Says_whom_it_would_delay()
    {
        var run = Begun(Backfill.Easy, ("a", 2, 30), ("whole", 4, 60), ("long", 2, 40));
        var said = Assert.IsType<Waiting>(run.Said.Single(one => one.Job.Job.Value == "long").Decision);
        Assert.Equal((ReasonCode.WouldDelay, "whole"), (said.Reasons[0].Code, said.Reasons[0].Subject));
        Assert.Contains("would delay whole", said.Explain(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Backfill.Easy, true, 1)]
    [InlineData(Backfill.Conservative, false, 3)]
    public void The_second_blocked_job_is_protected_by_conservative_backfilling_only(Backfill mode, bool starts, int reserved)
    {
        // Node one is for the head from 10 on, node two for the second from 20 on, unless filler takes it for longer.
        var run = new BackfillRun(new Hall().Rack("r", 2, 4).State(), mode, PlacementProfile.Factory);
        foreach (var (job, gpus, minutes) in new[] { ("a", 4, 10), ("b", 3, 20), ("head", 4, 100), ("second", 4, 100), ("filler", 1, 50) })
            run.Submit(job, BackfillRun.Lasting(Ask.For(Ask.Group(gpus)), minutes));
        run.Pass(BackfillRun.Origin);
        Assert.Equal(starts, run.Started.ContainsKey(new JobId("filler")));
        Assert.Equal(reserved, run.Reserved.Count);
    }

    [Theory]
    [InlineData(Backfill.None, 4)]
    [InlineData(Backfill.Easy, 2)]
    [InlineData(Backfill.Conservative, 2)]
    public void An_elastic_job_does_not_grow_into_what_is_reserved(Backfill mode, int tasks)
    {
        var run = new BackfillRun(new Hall().Rack("r", 1, 6).State(), mode, PlacementProfile.Factory);
        run.Submit("elastic", BackfillRun.Lasting(Ask.For(Ask.Group(1, 4) with { Minimum = 2 }), 100));
        foreach (var (job, gpus, minutes) in new[] { ("b", 2, 10), ("c", 2, 20), ("head", 4, 10) })
            run.Submit(job, BackfillRun.Lasting(Ask.For(Ask.Group(gpus)), minutes));
        run.Pass(BackfillRun.Origin);
        run.Pass(BackfillRun.At(10));
        Assert.Equal(tasks, run.Places[new JobId("elastic")].Tasks.Count);
    }

    [Fact]
    public void A_job_does_not_run_into_maintenance_and_says_so()
    {
        var run = new BackfillRun(new Hall().Rack("r", 1, 4).State(), Backfill.None, PlacementProfile.Factory)
        {
            Windows = [new NodeWindow("service", [0], BackfillRun.At(30), BackfillRun.At(60))],
        };
        run.Submit("long", BackfillRun.Lasting(Ask.For(Ask.Group(1)), 31));
        run.Submit("short", BackfillRun.Lasting(Ask.For(Ask.Group(1)), 30));
        run.Pass(BackfillRun.Origin);
        Assert.Equal(["short"], run.Started.Keys.Select(job => job.Value));
        var said = Assert.IsType<Waiting>(run.Said.Single().Decision);
        Assert.Equal((ReasonCode.WindowAhead, "service"), (said.Reasons[0].Code, said.Reasons[0].Subject));
        run.Drain(BackfillRun.Origin);
        Assert.Equal(BackfillRun.At(60), run.Started[new JobId("long")]);
    }

    [Fact]
    public void A_job_of_higher_priority_goes_before_reservations_of_the_pass_before()
    {
        var run = Begun(Backfill.Conservative, ("a", 4, 30), ("low", 4, 60));
        run.Submit("high", BackfillRun.Lasting(Ask.For(Ask.Group(4)), 60) with { Priority = 200 });
        run.Pass(BackfillRun.At(1));
        Assert.Equal([("high", BackfillRun.At(30)), ("low", BackfillRun.At(90))], run.Reserved.Select(one => (one.Job.Value, one.Start)));
    }

    private static BackfillRun Begun(Backfill mode, params (string Job, int Gpus, int Minutes)[] jobs)
    {
        var run = new BackfillRun(new Hall().Rack("r", 1, 4).State(), mode, PlacementProfile.Factory);
        foreach (var (job, gpus, minutes) in jobs)
            run.Submit(job, BackfillRun.Lasting(Ask.For(Ask.Group(gpus)), minutes));
        run.Pass(BackfillRun.Origin);
        return run;
    }
}
