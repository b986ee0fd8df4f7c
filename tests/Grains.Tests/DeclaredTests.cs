using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Decisions;
using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>What operators declare about nodes and data, in a living hall.</summary>
public class DeclaredTests
{
    [Fact]
    public async Task Who_would_run_into_maintenance_starts_elsewhere_or_after_it_and_shorter_work_fills_the_gap()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        var start = factory.Clock.GetUtcNow();
        await factory.ApplyAsync(Reservation("service", "racks: [h100-01]", start.AddMinutes(5), start.AddMinutes(10)));

        await factory.SubmitAsync("long", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 900));
        var running = await factory.RunUntilAsync("long", JobPhase.Running);
        Assert.All(running.Last!.Gpus, gpu => Assert.StartsWith("h100-02-", gpu.Value, StringComparison.Ordinal));

        await factory.SubmitAsync("waits", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 600, priority: 200));
        await factory.SubmitAsync("short", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 60));
        await factory.RunUntilAsync("short", JobPhase.Succeeded);
        var waits = await factory.JobAsync("waits");
        Assert.Equal(JobPhase.Waiting, waits.Phase);
        Assert.Contains("service", waits.Last!.Message, StringComparison.Ordinal);
        var begun = (await factory.RunUntilAsync("waits", JobPhase.Running)).Last!.StartedAt!.Value;
        Assert.InRange(begun, start.AddMinutes(10), start.AddMinutes(11));
        await AllDecisionsComeOutTheSame(factory);
    }

    [Fact]
    public async Task Nodes_kept_for_a_queue_take_its_jobs_and_nobody_elses()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().Queue("launch").With("DGX-H100-x4", 1, "h100"));
        var start = factory.Clock.GetUtcNow();
        await factory.ApplyAsync(Reservation("launch-day", "racks: [h100-01], queue: launch", start, start.AddHours(1)));
        await factory.SubmitAsync("other", TestJobs.Gang(seconds: 10));
        await factory.SubmitAsync("launched", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 30, queue: "launch"));
        await factory.RunUntilAsync("launched", JobPhase.Succeeded);
        Assert.Equal(JobPhase.Waiting, (await factory.JobAsync("other")).Phase);
        await factory.RunUntilAsync("other", JobPhase.Succeeded, TimeSpan.FromMinutes(70));
        await AllDecisionsComeOutTheSame(factory);
    }

    [Fact]
    public async Task A_job_is_offered_first_to_the_hall_that_holds_its_data()
    {
        await using var factory = await TestFactory.StartAsync(
            TestHall.Named("hall-a").With("DGX-H100-x4", 1, "a"), TestHall.Named("hall-b").With("DGX-H100-x4", 1, "b"));
        await factory.ApplyAsync("{apiVersion: factory/v1, kind: Dataset, metadata: {name: web}, spec: {copies: [hall-b]}}");
        await factory.SubmitAsync("anywhere", TestJobs.Gang());
        await factory.SubmitAsync("reads", TestJobs.Gang() with { Datasets = ["web"] });
        Assert.Equal("hall-a", (await factory.JobAsync("anywhere")).Hall!.Value.Value);
        Assert.Equal("hall-b", (await factory.JobAsync("reads")).Hall!.Value.Value);
        await factory.RunUntilAsync("reads", JobPhase.Succeeded);
    }

    private static string Reservation(string name, string what, DateTimeOffset from, DateTimeOffset until) =>
        $"{{apiVersion: factory/v1, kind: Reservation, metadata: {{name: {name}}}, spec: {{hall: hall-a, {what}, from: {from:yyyy-MM-ddTHH:mm:ssZ}, until: {until:yyyy-MM-ddTHH:mm:ssZ}}}}}";

    private static async Task AllDecisionsComeOutTheSame(TestFactory factory)
    {
        var last = (await factory.HallAsync()).Sequence;
        for (var sequence = 1L; sequence <= last; sequence++)
        {
            var replayed = await factory.Grains.GetGrain<IDecisionGrain>("hall/hall-a").Replay(sequence);
            Assert.True(replayed!.Same, $"{sequence}: {replayed.Kind} {replayed.Recorded} | {replayed.Derived}");
        }
    }
}
