using ControlPlane.Domain;
using ControlPlane.Facility.Health;
using ControlPlane.Grains.Health;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>GPUs report faults, and what happens by itself.</summary>
public class RemedyTests
{
    private static readonly HallId Hall = new("hall-a");

    private long _number;

    [Fact]
    public async Task A_GPU_that_needs_a_reset_is_emptied_reset_and_used_again_and_its_job_goes_on_elsewhere()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await Allow(factory, share: 0.5);
        await factory.SubmitAsync("job", TestJobs.Gang(gpus: 8, seconds: 3600));
        var before = (await factory.RunUntilAsync("job", JobPhase.Running)).Last!.Gpus;
        var opened = (await Report(factory, before[0], 48)).Case!;
        Assert.Equal((Remedy.ResetGpu, RemedyState.Acting), (opened.Remedy, opened.State));
        await factory.RunUntilAsync(async () => (await Case(factory, 1)).State == RemedyState.Done, () => "it was not reset");
        Assert.DoesNotContain(before[0], (await factory.RunUntilAsync("job", JobPhase.Running)).Last!.Gpus);
        Assert.Equal(32 - 8, (await factory.HallAsync()).FreeGpus);
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task A_node_whose_GPU_fell_off_the_bus_is_emptied_until_an_operator_closes_the_case()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await Allow(factory, share: 0.5);
        await factory.SubmitAsync("job", TestJobs.Gang(gpus: 8, seconds: 36_000));
        var held = (await factory.RunUntilAsync("job", JobPhase.Running)).Last!.Gpus;
        var node = (await Report(factory, held[3], 79)).Case!.Node;
        await factory.RunUntilAsync(async () => (await factory.JobAsync("job")).Last!.Gpus.All(gpu => !held.Contains(gpu)), () => "the job stayed");
        var condition = await factory.Grains.Hall(Hall).ConditionOf(node);
        Assert.Equal(NodeCondition.Draining, condition.Condition);
        Assert.Contains("health has it emptied: Xid", condition.Because, StringComparison.Ordinal);
        Assert.Contains("Xid 79: the GPU has fallen off the bus; to drain: case 1", (await factory.Grains.Health(Hall, node).Get()).Health.Merged!.Alerts[0].Message, StringComparison.Ordinal);

        Assert.Null((await factory.Grains.Remedies(Hall).Close(1)).Objection);
        Assert.Equal(NodeCondition.Ready, (await factory.Grains.Hall(Hall).ConditionOf(node)).Condition);
        Assert.Equal(32 - 8, (await factory.HallAsync()).FreeGpus);
        Assert.NotNull((await factory.Grains.Remedies(Hall).Close(1)).Objection);
    }

    [Fact]
    public async Task A_fault_that_every_GPU_reports_empties_no_hall_and_an_operator_may_go_beyond()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        await Allow(factory, share: 0.25);
        var nodes = Enumerable.Range(0, 8).Select(index => $"h100-0{1 + (index / 4)}-n0{index % 4}").ToList();
        foreach (var node in nodes)
            await Report(factory, new GpuId(node + "-g0"), 79);
        var book = await factory.Grains.Remedies(Hall).Get();
        Assert.Equal(16, book.ClosedGpus);
        Assert.Equal(6, book.Cases.Count(one => one.State == RemedyState.HeldBack));
        Assert.Equal(48, (await factory.HallAsync()).FreeGpus);
        Assert.Contains("24 of the hall's 64 GPUs from work, and 25", book.Cases[0].Because, StringComparison.Ordinal);

        Assert.Equal(RemedyState.Acting, (await factory.Grains.Remedies(Hall).Approve(book.Cases[0].Number)).Case!.State);
        Assert.Equal(40, (await factory.HallAsync()).FreeGpus);
        Assert.NotNull((await factory.Grains.Remedies(Hall).Approve(book.Cases[0].Number)).Objection);
        Assert.NotNull((await factory.Grains.Remedies(Hall).Approve(999)).Objection);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_done_and_an_event_is_heard_once()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.Grains.Remedies(Hall).Set(new RemedyRuleSetting(Remedy.ResetGpu, RemedyMode.DryRun, 5), 1);
        var fault = new GpuFault(new GpuId("h100-01-n00-g0"), 7, 48, factory.Clock.GetUtcNow(), "");
        Assert.Equal(RemedyState.DryRun, (await factory.Grains.Remedies(Hall).Report(fault)).Case!.State);
        await factory.Grains.Remedies(Hall).Report(fault);
        await factory.Grains.Remedies(Hall).Report(fault with { Number = 8 });
        await factory.Grains.Remedies(Hall).Report(fault with { Number = 3 }); // Another, of a node whose clock was set back.
        await factory.Grains.Remedies(Hall).Report(fault);
        var book = await factory.Grains.Remedies(Hall).Get();
        Assert.Equal(2, Assert.Single(book.Cases).Repeats);
        Assert.Equal(32, (await factory.HallAsync()).FreeGpus);
        Assert.NotNull((await factory.Grains.Remedies(Hall).Report(fault with { Gpu = new GpuId("nowhere-g0") })).Objection);
    }

    [Fact]
    public async Task A_remedy_that_was_begun_goes_on_after_a_restart()
    {
        var storage = new TestStorage();
        await using (var before = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage }, TestHall.Named().With("agent-cpu", 2, "lab", "agent")))
        {
            await Allow(before, share: 1);
            Assert.Equal(RemedyState.Acting, (await Report(before, new GpuId("lab-01-n00-g0"), 48)).Case!.State);
        }
        await using var after = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage });
        await using var nodes = await FakeNodes.AttachAsync(after, ["lab-01-n00", "lab-02-n00"], _ => ("", false));
        await nodes.RunUntilAsync(async () => (await Case(after, 1)).State == RemedyState.Done, () => "it was not reset");
        Assert.Equal([new GpuId("lab-01-n00-g0")], nodes.Resets);
    }

    [Fact]
    public async Task Work_that_goes_on_in_spite_of_its_fault_is_stopped_and_done_again_and_a_reset_that_fails_keeps_the_GPU_out()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("agent-cpu", 2, "lab", "agent"));
        await Allow(factory, share: 0.5);
        var starts = 0;
        await using var nodes = await FakeNodes.AttachAsync(factory, ["lab-01-n00", "lab-02-n00"], _ => (starts++ == 0 ? null : "", false));
        await factory.SubmitAsync("kernel", TestJobs.Kernel("triad", ("n", 1024)));
        var gpu = (await nodes.RunUntilAsync("kernel", JobPhase.Running)).Last!.Gpus[0];
        await Report(factory, gpu, 94);
        Assert.Equal(2, (await nodes.RunUntilAsync("kernel", JobPhase.Succeeded)).Last!.Attempts);
        Assert.NotEmpty(nodes.Stopped);

        nodes.ResetObjection = "nvidia-smi ended with 14";
        await Report(factory, gpu, 119);
        await nodes.RunUntilAsync(async () => (await Case(factory, 2)).State == RemedyState.Failed, () => "the reset did not fail");
        Assert.Contains("nvidia-smi ended with 14", (await Case(factory, 2)).Because, StringComparison.Ordinal);
        Assert.Equal(1, (await factory.HallAsync()).FreeGpus);
        await factory.Grains.Remedies(Hall).Close(2);
        Assert.Equal(2, (await factory.HallAsync()).FreeGpus);
    }

    private static Task<RemedyBook> Allow(TestFactory factory, double share) => factory.Grains.Remedies(Hall).Set(null, share);

    private static async Task<RemedyCase> Case(TestFactory factory, long number) =>
        (await factory.Grains.Remedies(Hall).Get()).Cases.Single(one => one.Number == number);

    private Task<RemedyAnswer> Report(TestFactory factory, GpuId gpu, int code) =>
        factory.Grains.Remedies(Hall).Report(new GpuFault(gpu, ++_number, code, factory.Clock.GetUtcNow(), ""));
}
