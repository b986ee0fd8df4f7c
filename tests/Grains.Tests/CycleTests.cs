using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Jobs that give way, move, grow and are repaired in a living hall, and what is kept of their work.</summary>
public class CycleTests
{
    [Fact]
    public async Task A_job_of_higher_priority_takes_the_place_of_a_lower_one_which_goes_on_from_its_checkpoint()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var low = TestJobs.Gang(tasks: 4, gpus: 8, seconds: 100, priority: 10);
        low = low with { Work = (SimulatedWork)low.Work with { CheckpointEvery = TimeSpan.FromSeconds(10) } };

        await factory.SubmitAsync("low", low);
        var started = (await factory.RunUntilAsync("low", JobPhase.Running)).Last!.StartedAt!.Value;
        factory.Clock.Advance(TimeSpan.FromSeconds(45));
        await factory.SubmitAsync("high", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 5, priority: 200));
        var waits = await factory.RunUntilAsync("low", JobPhase.Waiting);
        Assert.Contains("Evicted for high", waits.Last!.Message, StringComparison.Ordinal);

        await factory.RunUntilAsync("high", JobPhase.Succeeded);
        var again = (await factory.RunUntilAsync("low", JobPhase.Running, TimeSpan.FromSeconds(30))).Last!.StartedAt!.Value;
        var done = await factory.RunUntilAsync("low", JobPhase.Succeeded, TimeSpan.FromSeconds(120));
        Assert.True(again > started);
        // Of 100 s at least 40 were saved, so that less than 61 are left; every token counts once.
        Assert.InRange((done.Last!.EndedAt!.Value - again).TotalSeconds, 1, 61);
        Assert.Equal(32 * 100 * 100, done.Last.Tokens, 3);
        Assert.Equal(2, done.Last.Attempts);
    }

    [Fact]
    public async Task A_queue_below_its_quota_takes_back_from_one_above_and_an_elastic_job_only_shrinks()
    {
        await using var factory = await TestFactory.StartAsync(
            TestHall.Named().Queue("a", quotaGpus: 16).Queue("b", quotaGpus: 16).With("DGX-H100-x4", 1, "h100"));
        var elastic = TestJobs.Gang(tasks: 4, gpus: 8, seconds: 500, queue: "a");
        elastic = elastic with { Groups = [elastic.Groups[0] with { Minimum = 1 }] };

        await factory.SubmitAsync("elastic", elastic);
        await factory.RunUntilAsync(async () => (await factory.HallAsync()).FreeGpus == 0, () => "the elastic job did not grow");
        await factory.SubmitAsync("claim", TestJobs.Gang(tasks: 1, gpus: 8, seconds: 20, queue: "b"));
        await factory.RunUntilAsync("claim", JobPhase.Running);
        var shrunk = await factory.JobAsync("elastic");
        Assert.Equal((JobPhase.Running, 24), (shrunk.Phase, shrunk.Last!.Gpus.Count));

        await factory.RunUntilAsync("claim", JobPhase.Succeeded);
        await factory.RunUntilAsync(async () => (await factory.JobAsync("elastic")).Last!.Gpus.Count == 32, () => "it did not grow again");
        await factory.RunUntilAsync("elastic", JobPhase.Succeeded, TimeSpan.FromSeconds(700));
    }

    [Fact]
    public async Task A_spare_takes_over_from_a_failed_node_and_the_other_tasks_stay()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var spec = TestJobs.Gang(tasks: 2, gpus: 8, seconds: 60);
        spec = spec with { Groups = [spec.Groups[0] with { Spares = 1 }] };

        await factory.SubmitAsync("gang", spec);
        var before = (await factory.RunUntilAsync("gang", JobPhase.Running)).Last!;
        Assert.Equal(24, before.Gpus.Count);
        await factory.Grains.Hall(new("hall-a")).SetNodeCondition(new NodeId("h100-01-n00"), NodeCondition.Failed);

        var after = (await factory.JobAsync("gang")).Last!;
        Assert.Equal((JobPhase.Running, before.Generation, before.StartedAt), (after.Phase, after.Generation, after.StartedAt));
        Assert.DoesNotContain(after.Gpus, gpu => gpu.Value.StartsWith("h100-01-n00", StringComparison.Ordinal));
        var done = await factory.RunUntilAsync("gang", JobPhase.Succeeded, TimeSpan.FromSeconds(90));
        Assert.Equal(1, done.Last!.Attempts);
    }

    [Fact]
    public async Task A_drained_node_is_emptied_and_a_gang_without_another_place_runs_on()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        await factory.SubmitAsync("small", TestJobs.Gang(gpus: 8, seconds: 60));
        await factory.SubmitAsync("large", TestJobs.Gang(tasks: 2, gpus: 8, seconds: 60));
        await factory.RunUntilAsync("small", JobPhase.Running);
        await factory.RunUntilAsync("large", JobPhase.Running);
        var node = (await factory.JobAsync("small")).Last!.Gpus[0].Value[..^3];
        await factory.Grains.Hall(new("hall-a")).SetNodeCondition(new NodeId(node), NodeCondition.Draining);

        Assert.DoesNotContain((await factory.JobAsync("small")).Last!.Gpus, gpu => gpu.Value.StartsWith(node, StringComparison.Ordinal));
        await factory.RunUntilAsync("small", JobPhase.Succeeded, TimeSpan.FromSeconds(120));
        await factory.RunUntilAsync("large", JobPhase.Succeeded, TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task With_a_reserved_start_shorter_jobs_fill_the_gap_and_longer_ones_wait_behind_it()
    {
        await using var factory = await TestFactory.StartAsync(
            new TestFactoryOptions { Configure = options => options.Backfill = Backfill.Easy }, TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        await factory.SubmitAsync("runs", TestJobs.Gang(tasks: 2, gpus: 8, seconds: 100));
        await factory.RunUntilAsync("runs", JobPhase.Running);
        await factory.SubmitAsync("head", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 20));
        await factory.SubmitAsync("long", TestJobs.Gang(gpus: 8, seconds: 500));
        await factory.SubmitAsync("short", TestJobs.Gang(gpus: 8, seconds: 40));

        await factory.RunUntilAsync("short", JobPhase.Succeeded);
        Assert.Equal((JobPhase.Waiting, JobPhase.Waiting), ((await factory.JobAsync("head")).Phase, (await factory.JobAsync("long")).Phase));
        Assert.Contains("Expected to start by", await factory.Grains.Hall(new("hall-a")).Why(new JobId("head")), StringComparison.Ordinal);
        var head = await factory.RunUntilAsync("head", JobPhase.Running);
        var runs = await factory.JobAsync("runs");
        // On a busy machine the test's clock runs ahead of the work: far less than the 500 s that the long job would cost.
        Assert.InRange((head.Last!.StartedAt!.Value - runs.Last!.EndedAt!.Value).TotalSeconds, 0, 30);
        await factory.RunUntilAsync("long", JobPhase.Running);

        var events = await factory.Grains.Hall(new("hall-a")).Events(0, 100);
        foreach (var happened in events.Events)
            Assert.True((await factory.Grains.Decisions(new("hall-a")).Replay(happened.Sequence))!.Same, happened.Message);
    }

    [Fact]
    public async Task Small_jobs_are_moved_together_so_that_a_whole_node_comes_free_and_nobody_is_lost()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        // Two jobs a node, then every other one leaves: four half-full nodes.
        for (var job = 0; job < 8; job++)
            await factory.SubmitAsync($"half-{job}", TestJobs.Gang(gpus: 4, seconds: 300, required: null));
        var byNode = new Dictionary<string, List<string>>();
        for (var job = 0; job < 8; job++)
            (byNode.TryGetValue(Node(await factory.JobAsync($"half-{job}")), out var list) ? list : byNode[Node(await factory.JobAsync($"half-{job}"))] = []).Add($"half-{job}");
        foreach (var jobs in byNode.Values)
            await factory.Grains.Job(new(jobs[0])).Cancel();

        await factory.SubmitAsync("whole", TestJobs.Gang(gpus: 8, seconds: 10));
        await factory.RunUntilAsync("whole", JobPhase.Succeeded);
        foreach (var jobs in byNode.Values)
            Assert.Contains((await factory.JobAsync(jobs[1])).Phase, new[] { JobPhase.Placed, JobPhase.Running });

        static string Node(JobRecord record) => record.Last!.Gpus[0].Value[..^3];
    }
}
