using ControlPlane.Domain;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

public class StragglerTests
{
    private static readonly HallId Hall = new("hall-a");
    private static readonly JobId Job = new("gang");

    [Fact]
    public async Task A_rank_that_is_slow_time_and_again_is_named_with_its_node_until_it_is_not()
    {
        var options = new TestFactoryOptions { Storage = new TestStorage() };
        await using (var before = await TestFactory.StartAsync(options, TestHall.Named().With("DGX-H100-x4", 1, "h100")))
        {
            await before.SubmitAsync("gang", TestJobs.Gang(tasks: 2, gpus: 8, seconds: 10_000));
            var gpus = (await before.RunUntilAsync("gang", JobPhase.Running)).Last!.Gpus;
            var hall = before.Grains.Hall(Hall);
            for (var report = 0; report < 2; report++)
                Assert.Empty((await hall.ObserveSteps(Job, Times(slow: 11))).Stragglers);
            Assert.Equal([11], (await hall.ObserveSteps(Job, Times(slow: 11))).Stragglers);
            var node = gpus[11].Value[..^3];
            Assert.StartsWith($"Held up by stragglers: rank 11 on {node} takes 1.30 times the median.", await hall.Why(Job), StringComparison.Ordinal);
            Assert.Equal("StragglersChanged", (await hall.Events(0, 100)).Events[^1].Kind);
            Assert.Contains("no rank 16", (await hall.ObserveSteps(Job, [new RankTime(16, 1)])).Objection, StringComparison.Ordinal);
            Assert.NotNull((await hall.ObserveSteps(new JobId("nobody"), Times(slow: 0))).Objection);
        }

        await using var after = await TestFactory.StartAsync(options);
        Assert.Equal([11], (await after.Grains.Hall(Hall).ObserveSteps(Job, Times(slow: 11))).Stragglers);
        Assert.Empty((await after.Grains.Hall(Hall).ObserveSteps(Job, Times(slow: -1))).Stragglers);
        Assert.DoesNotContain("stragglers", await after.Grains.Hall(Hall).Why(Job), StringComparison.Ordinal);
        Assert.Contains("No rank holds it up", (await after.Grains.Hall(Hall).Events(0, 100)).Events[^1].Message, StringComparison.Ordinal);
    }

    private static ValueList<RankTime> Times(int slow) => Enumerable.Range(0, 16).Select(rank => new RankTime(rank, rank == slow ? 1.3 : 1.0)).ToValueList();
}
