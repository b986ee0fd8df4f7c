using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation.Tests.Events;

/// <summary>Trunks that are dead, narrow or flapping under a gang over two racks, each under its own leaf: 10,000 s of work, saved every 1,000 s.</summary>
public sealed class LinkFaultTests
{
    private const string Trunk = "fabric-leaf-01";

    // The gang's 64 GPUs ask 400 Gb/s each: 32 of them send 12.8 Tb/s over each trunk, which carries 102.4.
    private static TwinPlan Plan(params TwinFault[] faults) => TwinPlans.Of(64, new TracedJob(1, 0, 64, 10_000)) with
    {
        Manifests = TwinPlans.OneRackALeaf(64),
        NetworkPerGpu = 400,
        CheckpointEverySeconds = 1000,
        CheckpointSeconds = 0,
        Faults = faults,
    };

    public static TheoryData<string, TwinFault, double> Cases => new()
    {
        { "an eighth is just enough", new TwinFault(1500, "link", Trunk, 2000) { LeftShare = 0.125 }, 10_000 },
        { "a sixteenth is half of what is asked", new TwinFault(1500, "link", Trunk, 2000) { LeftShare = 0.0625 }, 11_000 },
        // Dead from 1,500 to 3,500 s: 500 s of work are lost, 2,000 s pass, and starting takes five minutes.
        { "dead", new TwinFault(1500, "link", Trunk, 2000), 10_000 + 500 + 2000 + 300 },
        // Down 3 s in every 400: never three times in ten minutes, so it goes on at 397/400 for 2,000 s.
        { "flaps slowly", new TwinFault(1500, "link", Trunk, 2000) { DownSeconds = 3, EverySeconds = 400 }, 10_000 + 15 },
        // Down 5 s in every 100: at 0.95 for 200 s, until the third fall takes it out, from 1,700 to 3,500 and ten minutes more. Of the 690 s since
        // the last checkpoint all are lost.
        { "flaps fast", new TwinFault(1500, "link", Trunk, 2000) { DownSeconds = 5, EverySeconds = 100 }, 1700 + 1800 + 600 + 300 + (10_000 - 1000) },
        // Down for longer than anybody waits: broken at the first fall.
        { "falls for long", new TwinFault(1500, "link", Trunk, 2000) { DownSeconds = 8, EverySeconds = 400 }, 10_000 + 500 + 2000 + 300 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_trunk_slows_stalls_or_breaks_the_gang_across_it(string what, TwinFault fault, double endsAt)
    {
        var twin = new EventTwin(Plan(fault));
        twin.Advance(2_000_000);
        var loaded = EventTwin.Load(twin.Save(), what);
        foreach (var each in new[] { twin, loaded })
        {
            each.Advance(20_000_000);
            Assert.Equal(endsAt, Assert.Single(each.Outcome().Jobs).Ended / 1000.0, 0.002);
        }
        Assert.Equal(twin.Save(), loaded.Save());
    }

    [Fact]
    public void A_gang_leaves_a_dead_trunk_where_there_is_room_elsewhere()
    {
        // Four racks under a leaf each, and a gang over two of them: the other two are free.
        var plan = Plan(new TwinFault(1500, "link", Trunk, 20_000)) with { Manifests = TwinPlans.OneRackALeaf(128) };
        var twin = new EventTwin(plan);
        twin.Advance(30_000_000);
        var outcome = twin.Outcome();
        Assert.Equal(10_800, Assert.Single(outcome.Jobs).Ended / 1000.0, 0.002);
        Assert.Equal(1, outcome["interruptions"]);
    }

    [Fact]
    public void Who_stays_under_its_leaf_is_left_alone()
    {
        var plan = Plan(new TwinFault(1500, "link", Trunk, 20_000)) with { Jobs = [new TracedJob(1, 0, 32, 10_000)] };
        var twin = new EventTwin(plan);
        twin.Advance(30_000_000);
        Assert.Equal((10_000_000, 0), (Assert.Single(twin.Outcome().Jobs).Ended, twin.Outcome()["interruptions"]));
    }

    [Theory]
    [InlineData("nowhere", null, null, null, "hall hall has no trunk 'nowhere'; it has fabric-leaf-01")]
    [InlineData(Trunk, 1.5, null, null, "faults[0].leftShare")]
    [InlineData(Trunk, null, 5.0, 5.0, "everySeconds above them")]
    [InlineData(Trunk, 0.5, 1.0, 5.0, "no flapping beside it")]
    public void What_no_trunk_does_is_refused(string name, double? left, double? down, double? every, string message) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new EventTwin(Plan(new TwinFault(1, "link", name, 5) { LeftShare = left, DownSeconds = down, EverySeconds = every }))).Message, StringComparison.Ordinal);
}
