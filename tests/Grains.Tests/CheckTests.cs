using ControlPlane.Domain;
using ControlPlane.Grains.Health;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Idle GPUs are tested in the background.</summary>
public class CheckTests
{
    private static readonly HallId Hall = new("hall-a");

    [Fact]
    public async Task Every_idle_node_is_tested_in_turn_and_again_when_its_time_has_come()
    {
        await using var factory = await Start(TimeSpan.FromMinutes(4), racks: 2);
        await using var nodes = await FakeNodes.AttachAsync(factory, ["lab-01-n00", "lab-02-n00"], _ => ("", false));
        await nodes.RunUntilAsync(async () => (await factory.Grains.Checks(Hall).Get()).Count == 2, () => "not both were tested");
        var first = await factory.Grains.Checks(Hall).Get();
        Assert.All(first, one => Assert.Equal("sound", one.Outcome));
        Assert.Equal(8, nodes.Started.Count); // Four kernels on each.
        Assert.True((await factory.Grains.Health(Hall, new NodeId("lab-01-n00")).Get()).Health.IsAllocatable);
        await nodes.RunUntilAsync(async () => (await factory.Grains.Checks(Hall).Get())[0].At > first[1].At, () => "none was tested again");
        Assert.True(factory.Clock.GetUtcNow() - first[0].At >= TimeSpan.FromMinutes(4));
    }

    [Fact]
    public async Task A_GPU_that_computes_wrongly_closes_its_node()
    {
        await using var factory = await Start(TimeSpan.FromHours(6));
        await using var nodes = await FakeNodes.AttachAsync(factory, ["lab-01-n00"], _ => ("wrong-result", false));
        await nodes.RunUntilAsync(async () => (await factory.Grains.Checks(Hall).Get()).Count == 1, () => "it was not tested");
        Assert.Contains("memory patterns", (await factory.Grains.Checks(Hall).Get())[0].Outcome, StringComparison.Ordinal);
        Assert.Single(nodes.Started); // Nothing more is run on it.
        var condition = await factory.Grains.Hall(Hall).ConditionOf(new NodeId("lab-01-n00"));
        Assert.Equal(NodeCondition.Cordoned, condition.Condition);
        Assert.Contains("BackgroundCheck", condition.Because, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_goes_before_checks_and_nothing_is_tested_unless_asked_for()
    {
        await using var factory = await Start(TimeSpan.FromHours(6));
        await using var nodes = await FakeNodes.AttachAsync(factory, ["lab-01-n00"], _ => (null, false)); // Work that does not end.
        await nodes.RunUntilAsync(() => Task.FromResult(!nodes.Started.IsEmpty), () => "no check began");
        await factory.SubmitAsync("work", TestJobs.Kernel("triad", ("n", 1024)));
        await nodes.RunUntilAsync(async () => (await factory.JobAsync("work")).Phase == JobPhase.Running, () => "the work waits for a check");

        await using var without = await Start(TimeSpan.Zero);
        await using var idle = await FakeNodes.AttachAsync(without, ["lab-01-n00"], _ => ("", false));
        await without.SubmitAsync("work", TestJobs.Kernel("triad", ("n", 1024)));
        await idle.RunUntilAsync("work", JobPhase.Succeeded);
        Assert.Empty(await without.Grains.Checks(Hall).Get());
    }

    [Fact]
    public async Task A_check_that_was_put_off_is_tried_again_within_the_hour_and_not_only_when_its_time_has_come()
    {
        await using var factory = await Start(TimeSpan.FromDays(7));
        var ends = false;
        await using var nodes = await FakeNodes.AttachAsync(factory, ["lab-01-n00"], _ => (ends ? "" : null, false));
        await nodes.RunUntilAsync(() => Task.FromResult(!nodes.Started.IsEmpty), () => "no check began");
        await factory.SubmitAsync("work", TestJobs.Kernel("triad", ("n", 1024)));
        await nodes.RunUntilAsync(async () => (await factory.Grains.Checks(Hall).Get()) is [{ IsWhole: false }], () => "the check was not put off");
        await factory.Grains.Job(new JobId("work")).Cancel();
        ends = true;
        factory.Clock.Advance(TimeSpan.FromHours(1));
        await nodes.RunUntilAsync(async () => (await factory.Grains.Checks(Hall).Get()) is [{ IsWhole: true, Outcome: "sound" }], () => "it was not tried again");
    }

    private static Task<TestFactory> Start(TimeSpan every, int racks = 1) => TestFactory.StartAsync(
        new TestFactoryOptions { Configure = options => (options.CheckEvery, options.CheckQueue) = (every, "default") },
        TestHall.Named().With("agent-cpu", racks, "lab", "agent"));
}
