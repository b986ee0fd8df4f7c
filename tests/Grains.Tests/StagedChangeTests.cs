using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Sites;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Changes that are kept under a name, against a hall that lives meanwhile.</summary>
public class StagedChangeTests
{
    private static readonly ValueList<ManifestFile> MoreRacks = [new("racks.yaml", TestHall.Named().With("DGX-H100-x4", 2, "h100").ToYaml())];

    [Fact]
    public async Task A_staged_change_has_the_verdict_of_the_hall_as_it_is_and_outlives_its_factory()
    {
        var storage = new TestStorage();
        await using (var factory = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage }, TestHall.Named().With("DGX-H100-x4", 1, "h100")))
        {
            var staged = await factory.Grains.Factory().Stage("grow", MoreRacks, [], replace: false);
            Assert.Null(staged.Objection);
            Assert.Contains(staged.Verdict.Changes, change => change is { Key: "Rack/h100", Change: "changed" });
            Assert.Equal(32, (await factory.HallAsync()).Gpus);
        }
        await using var again = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage });
        var verdict = (await again.Grains.Factory().Activate("grow", dryRun: true)).Verdict;
        var done = await again.Grains.Factory().Activate("grow", dryRun: false);
        Assert.Equal(verdict.Changes, done.Verdict.Changes);
        Assert.Equal(64, (await again.HallAsync()).Gpus);
        Assert.Equal(done.Verdict, (await again.Grains.Factory().Activate("grow", dryRun: false)).Verdict);
    }

    [Fact]
    public async Task A_change_that_would_take_nodes_from_running_work_says_so_until_that_is_done_and_removes_and_adds_in_one_go()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "old"));
        await factory.SubmitAsync("runs", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 60));
        await factory.RunUntilAsync("runs", JobPhase.Running);
        ValueList<ManifestFile> files = [new("new.yaml", TestHall.Named().With("DGX-H100-x4", 1, "new").ToYaml())];

        var staged = await factory.Grains.Factory().Stage("swap", files, ["Rack/old"], replace: false);
        Assert.NotEmpty(staged.Verdict.Errors);
        Assert.Equal(staged.Verdict.Errors, (await factory.Grains.Factory().Activate("swap", dryRun: false)).Verdict.Errors);
        Assert.Contains("old-01", string.Join(' ', (await factory.HallAsync()).Racks.Select(rack => rack.Rack.Value)), StringComparison.Ordinal);

        await factory.RunUntilAsync("runs", JobPhase.Succeeded);
        var done = await factory.Grains.Factory().Activate("swap", dryRun: false);
        Assert.Empty(done.Verdict.Errors);
        Assert.Equal(["new-01"], (await factory.HallAsync()).Racks.Select(rack => rack.Rack.Value));
    }
}
