using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Power limits of work on agents' devices: less is counted only once the cards say that they keep them.</summary>
public sealed class KernelPowerTests
{
    private static readonly PowerDomainId Feed = new("hall-a-feed");
    private static readonly GpuId Gpu = new("h100-01-n00-g0");
    private static readonly string[] Nodes = ["h100-01-n00", "h100-01-n01", "h100-01-n02", "h100-01-n03"];

    [Fact]
    public async Task A_lowered_limit_is_in_force_once_the_card_reads_it_back_and_not_before()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100", "agent"));
        await using var nodes = await FakeNodes.AttachAsync(factory, Nodes, _ => (null, false));
        await factory.SubmitAsync("kernel", TestJobs.Kernel("triad", ("n", 1024)) with { PowerPercents = [100, 50] });
        Assert.Equal(Gpu, Assert.Single((await nodes.RunUntilAsync("kernel", JobPhase.Running)).Last!.Gpus));
        Assert.Equal(0, nodes.Allowed[Gpu]);

        nodes.IgnoresLimits = true;
        var before = (await Power(factory)).Committed;
        var asked = before - Watts.FromWatts(300);
        await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, asked);
        await nodes.RunUntilAsync(() => Task.FromResult(nodes.Allowed[Gpu] == 350), () => "the agent was not told");
        var late = factory.Clock.GetUtcNow().AddSeconds(10);
        await nodes.RunUntilAsync(() => Task.FromResult(factory.Clock.GetUtcNow() > late), () => "time stands still");
        Assert.Equal((before, before), ((await Power(factory)).Committed, (await Power(factory)).Limit));

        nodes.IgnoresLimits = false;
        await nodes.RunUntilAsync(async () => (await Power(factory)).Limit == asked, () => "the limit did not come into force");
        Assert.Contains("50 % of its power limit", (await factory.JobAsync("kernel")).Last!.Message, StringComparison.Ordinal);

        await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(Feed, null);
        await nodes.RunUntilAsync(async () => nodes.Allowed[Gpu] == 0 && (await Power(factory)).Committed == before, () => "it was not raised again");
        Assert.Single(nodes.Started); // The work went on all the while.
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task Work_begins_under_the_limit_that_it_was_placed_at()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100", "agent"));
        await using var nodes = await FakeNodes.AttachAsync(factory, Nodes, _ => ("", false));
        await factory.SubmitAsync("kernel", TestJobs.Kernel("triad", ("n", 1024)) with { PowerPercents = [75] });
        await nodes.RunUntilAsync("kernel", JobPhase.Succeeded);
        Assert.Equal(525, nodes.Allowed[Gpu]);
    }

    [Fact]
    public async Task A_card_that_does_not_keep_its_limit_loses_the_work_to_another()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100", "agent"));
        var starts = 0;
        await using var nodes = await FakeNodes.AttachAsync(factory, Nodes, _ => (starts++ == 0 ? "no-power-limit" : "", false));
        await factory.SubmitAsync("kernel", TestJobs.Kernel("triad", ("n", 1024)) with { PowerPercents = [75] });
        Assert.Equal(2, (await nodes.RunUntilAsync("kernel", JobPhase.Succeeded)).Last!.Attempts);
    }

    private static async Task<PowerView> Power(TestFactory factory) => (await factory.HallAsync()).Power.First(domain => domain.Domain == Feed);
}
