using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Links;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Trunks that fail, flap and come back, and the gangs that cross them.</summary>
public class LinkTests
{
    private static readonly HallId Hall = new("hall-a");
    private static readonly LinkId Leaf = new("hall-a-fabric-leaf-01");

    [Fact]
    public async Task A_gang_across_a_dead_trunk_starts_again_elsewhere_whole_from_its_checkpoint()
    {
        await using var factory = await Leaves(3);
        await factory.SubmitAsync("gang", Gang());
        var before = (await factory.RunUntilAsync("gang", JobPhase.Running)).Last!;
        var dead = LeafOf(before.Gpus[0]);
        factory.Clock.Advance(TimeSpan.FromSeconds(45));
        var last = (await factory.HallAsync()).Sequence;

        Assert.Null((await factory.Grains.Link(Hall, dead).SetUp(false, "optics")).Objection);

        var events = (await factory.Grains.Hall(Hall).Events(last, 100)).Events.Where(happened => happened.Kind is not "JobStarted").ToList();
        Assert.Equal(["LinkChanged", "JobRestart"], events.Take(2).Select(happened => happened.Kind));
        Assert.Contains("optics. Gangs across it: gang.", events[0].Message, StringComparison.Ordinal);
        Assert.StartsWith($"Trunk {dead} is out of use: starts again elsewhere from its last checkpoint", events[1].Message, StringComparison.Ordinal);
        Assert.True((await factory.Grains.Decisions(Hall).Replay(events[1].Sequence))!.Same);
        var after = (await factory.RunUntilAsync("gang", JobPhase.Running)).Last!;
        Assert.Equal((2, 64), (after.Attempts, after.Gpus.Count));
        Assert.DoesNotContain(after.Gpus, gpu => LeafOf(gpu) == dead);
        Assert.DoesNotContain("Out of use", after.Message, StringComparison.Ordinal);
        // Of 100 s at least 40 were saved.
        await factory.RunUntilAsync("gang", JobPhase.Succeeded, TimeSpan.FromSeconds(75));
    }

    [Fact]
    public async Task A_gang_that_finds_no_other_place_or_may_not_be_moved_runs_on_and_says_so()
    {
        await using var factory = await Leaves(2);
        await factory.SubmitAsync("moves", Gang(tasks: 5));
        await factory.SubmitAsync("stays", Gang(tasks: 2) with { Preemptible = false });
        await factory.RunUntilAsync("moves", JobPhase.Running);
        await factory.RunUntilAsync("stays", JobPhase.Running);
        var held = (await factory.JobAsync("moves")).Last!.Gpus;

        await factory.Grains.Link(Hall, Leaf).SetUp(false, "");
        var told = (await factory.JobAsync("moves")).Last!;
        Assert.Equal((JobPhase.Running, 1), (told.Phase, told.Attempts));
        Assert.Equal(held, told.Gpus);
        Assert.StartsWith($"Out of use: {Leaf}, crossed by moves", told.Message, StringComparison.Ordinal);
        Assert.Contains("runs on across it, knowingly, until it can start elsewhere whole.", told.Message, StringComparison.Ordinal);
        Assert.Equal(told.Message, await factory.Grains.Hall(Hall).Why(new JobId("moves")));
        await factory.SubmitAsync("new", Gang(tasks: 2, seconds: 1));
        Assert.DoesNotContain(Leaf.Value, string.Join(' ', (await factory.JobAsync("new")).Last!.Gpus.Select(LeafOf).Distinct()), StringComparison.Ordinal);

        await factory.Grains.Link(Hall, Leaf).SetUp(true, "");
        Assert.DoesNotContain("Out of use", (await factory.JobAsync("moves")).Last!.Message, StringComparison.Ordinal);
        Assert.Equal((JobPhase.Running, 1), ((await factory.JobAsync("moves")).Phase, (await factory.JobAsync("moves")).Last!.Attempts));
    }

    [Fact]
    public async Task A_trunk_that_flaps_is_held_back_until_it_is_steady_and_survives_a_restart_held()
    {
        var options = new TestFactoryOptions { Storage = new TestStorage() };
        await using (var before = await TestFactory.StartAsync(options, Halls(2)))
        {
            var link = before.Grains.Link(Hall, Leaf);
            for (var fall = 0; fall < 3; fall++)
            {
                Assert.False((await link.Observe(false, null, null, null)).Up);
                before.Clock.Advance(TimeSpan.FromSeconds(20));
                Assert.Equal(fall < 2, (await link.Observe(true, null, null, null)).Up);
                before.Clock.Advance(TimeSpan.FromSeconds(20));
            }
            Assert.Contains("went down 3 times within 10 min", (await before.HallAsync()).Links.Single(one => one.Link == Leaf).Because, StringComparison.Ordinal);
        }
        await using var after = await TestFactory.StartAsync(options);
        var again = after.Grains.Link(Hall, Leaf);
        Assert.False((await after.HallAsync()).Links.Single(one => one.Link == Leaf).Up);
        Assert.Contains("went down 3 times", (await again.Get()).Because, StringComparison.Ordinal);
        for (var minute = 0; minute < 10; minute++)
        {
            Assert.False((await again.Observe(true, null, null, null)).Up);
            after.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.True((await again.Observe(true, null, null, null)).Up);
        Assert.True((await after.HallAsync()).Links.Single(one => one.Link == Leaf).Up);
    }

    [Fact]
    public async Task An_operator_puts_a_flapping_trunk_back_but_not_one_without_a_carrier()
    {
        await using var factory = await Leaves(2);
        var link = factory.Grains.Link(Hall, Leaf);
        for (var fall = 0; fall < 3; fall++)
        {
            await link.Observe(false, null, null, null);
            await link.Observe(true, null, null, null);
        }
        Assert.False((await link.Get()).Up);
        Assert.True((await link.SetUp(true, "cable changed")).Up);
        await link.Observe(false, null, null, null);
        Assert.Equal((false, "Its carrier is down."), ((await link.SetUp(true, "")).Up, (await link.Get()).Because));
        // Once nobody reads the carrier, the operator knows better.
        factory.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True((await link.SetUp(true, "")).Up);
        Assert.Contains("no link", (await factory.Grains.Link(Hall, new LinkId("nowhere")).Observe(null, 1, 1, 0)).Objection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_trunk_carries_is_shown_until_the_reading_is_old_and_nonsense_is_refused()
    {
        await using var factory = await Leaves(2);
        var link = factory.Grains.Link(Hall, Leaf);
        await link.Observe(true, 12.5, null, 3);
        await factory.RunUntilAsync(async () => (await Shown(factory)) is { Receive.Megabits: 12_500, Transmit: null, Errors: 3 }, () => "the reading is not shown");
        foreach (var (receive, transmit, errors) in ((double?, double?, long?)[])[(double.NaN, 1, 0), (1, -1, 0), (1, double.PositiveInfinity, 0), (1, 1, -1)])
            Assert.NotNull((await link.Observe(true, receive, transmit, errors)).Objection);
        Assert.Equal(12_500, (await link.Get()).Reading!.Receive!.Value.Megabits);
        factory.Clock.Advance(LinkReading.SilentAfter + TimeSpan.FromSeconds(1));
        Assert.Null(await Shown(factory));
        Assert.True((await link.Get()) is { Reading: null, Up: true });
    }

    private static async Task<LinkReading?> Shown(TestFactory factory) => (await factory.HallAsync()).Links.Single(link => link.Link == Leaf).Reading;

    private static TestHall Halls(int leaves) => TestHall.Named().Fabric("100Tbps", 1).With("DGX-H100-x4", leaves, "h100");

    private static Task<TestFactory> Leaves(int leaves) => TestFactory.StartAsync(Halls(leaves));

    // Racks are leaves here.
    private static LinkId LeafOf(GpuId gpu) => new($"hall-a-fabric-leaf-{gpu.Value[5..7]}");

    private static JobSpec Gang(int tasks = 8, double seconds = 100)
    {
        var gang = TestJobs.Gang(tasks: tasks, gpus: 8, seconds: seconds);
        return gang with
        {
            Work = (SimulatedWork)gang.Work with { CheckpointEvery = TimeSpan.FromSeconds(10) },
            Groups = [gang.Groups[0] with { NetworkPerGpu = GigabitsPerSecond.FromGigabits(100) }],
        };
    }
}
