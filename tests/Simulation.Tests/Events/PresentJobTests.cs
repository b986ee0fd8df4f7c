using System.Text.Json.Nodes;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Simulation.Tests.Events;

/// <summary>A run that begins with a hall as it stands.</summary>
public sealed class PresentJobTests
{
    [Fact]
    public void Jobs_that_run_hold_their_places_and_those_that_wait_follow()
    {
        // Four nodes: one is closed, the first runs three of its tasks, the second waits for them.
        var plan = TwinPlans.Of(32) with
        {
            Present = [Job("first", 3, "2h", [0, 1, 2]), Job("second", 2, "1h", null)],
            ClosedNodes = ["rack-01-n03"],
        };
        var twin = new EventTwin(plan);
        twin.Advance(1);
        Assert.Equal((1.0, 1.0), (twin.Outcome()["jobsRunning"], twin.Outcome()["jobsWaiting"]));
        var loaded = EventTwin.Load(twin.Save(), "state");
        foreach (var each in new[] { twin, loaded })
        {
            each.Advance(4 * TwinPlans.Hour);
            Assert.Equal(["first 0 2", "second 2 3"], each.Outcome().Jobs.Select(job => $"{job.Name} {job.Started / TwinPlans.Hour} {job.Ended / TwinPlans.Hour}"));
        }
        Assert.Equal(twin.Save(), loaded.Save());
        Assert.Contains(twin.Outcome().Assumptions, one => one.Name == "closed nodes" && one.Value == "rack-01-n03");
    }

    [Fact]
    public void A_job_saves_as_it_says_itself()
    {
        var saving = Job("one", 1, "2h", [0]);
        saving.Manifest["spec"]!["simulated"]!["checkpointEvery"] = "30m";
        var twin = new EventTwin(TwinPlans.Of(32) with { Present = [saving], CheckpointSeconds = 60 });
        twin.Advance(4 * TwinPlans.Hour);
        // Three checkpoints: none when it is done.
        Assert.Equal((2 * TwinPlans.Hour) + (3 * 60_000), Assert.Single(twin.Outcome().Jobs).Ended);
    }

    // Two hours of work, an hour saved, half an hour done since: half an hour is left. A node that fails after ten minutes takes
    // what was not saved: five minutes to start, and an hour again, on the node beside it.
    [Theory]
    [InlineData(false, 30)]
    [InlineData(true, 10 + 5 + 60)]
    public void A_job_goes_on_from_where_it_was(bool fails, int minutes)
    {
        var plan = TwinPlans.Of(32) with
        {
            Present = [Job("one", 1, "2h", [0]) with { SavedSeconds = 3600, DoneSeconds = 5400 }],
            Faults = fails ? [new TwinFault(600, "node", "rack-01-n00", 100_000)] : [],
        };
        var twin = new EventTwin(plan);
        twin.Advance(60_000);
        Assert.Equal(5_460_000, Assert.Single(twin.Outcome().Unfinished).DoneMilliseconds);
        twin.Advance(4 * TwinPlans.Hour);
        Assert.Equal(minutes * 60_000, Assert.Single(twin.Outcome().Jobs).Ended);
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(10, 5)]
    [InlineData(double.NaN, 5)]
    public void Progress_that_cannot_be_is_refused(double saved, double done) =>
        Assert.Contains("as much done as is saved", Assert.Throws<ArgumentException>(() => new EventTwin(TwinPlans.Of(32) with
        {
            Present = [Job("one", 1, "2h", [0]) with { SavedSeconds = saved, DoneSeconds = done }],
        })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("node", "Job first cannot stand where it is said to: there is no node 99")]
    [InlineData("twice", "Job second cannot stand where it is said to")]
    [InlineData("closed", "closed nodes: hall hall has no node 'nobody'")]
    public void Says_what_does_not_fit_the_hall(string what, string expected)
    {
        var plan = TwinPlans.Of(32) with
        {
            Present = [Job("first", 1, "2h", what == "node" ? [99] : [0]), Job("second", 1, "2h", what == "twice" ? [0] : [1])],
            ClosedNodes = what == "closed" ? ["nobody"] : [],
        };
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => new EventTwin(plan)).Message, StringComparison.Ordinal);
    }

    private static PresentJob Job(string name, int tasks, string duration, int[]? nodes) => new(
        new JsonObject
        {
            ["apiVersion"] = "factory/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject
            {
                ["queue"] = "default",
                ["tasks"] = new JsonArray(new JsonObject { ["count"] = tasks, ["gpus"] = 8 }),
                ["simulated"] = new JsonObject { ["duration"] = duration },
            },
        },
        nodes is null ? null : new PlaceImage(100, [.. nodes.Select((node, task) => (IReadOnlyList<int>)[0, task, node, 1000, -1, 0, 1, 2, 3, 4, 5, 6, 7])]));
}
