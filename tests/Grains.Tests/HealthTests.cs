using ControlPlane.Domain;
using ControlPlane.Facility.Health;
using ControlPlane.Grains.Health;
using ControlPlane.Grains.Jobs;
using ControlPlane.Scheduling;
using ControlPlane.Testing;
using CsCheck;

namespace ControlPlane.Grains.Tests;

public class HealthTests
{
    private static readonly HallId Hall = new("hall-a");
    private static readonly NodeId Node = new("h100-01-n00");

    [Fact]
    public async Task An_alert_that_prevents_allocations_keeps_new_work_off_and_lets_it_back_once_it_is_gone()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("runs", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 100));
        var runs = (await factory.RunUntilAsync("runs", JobPhase.Running)).Last!;
        var health = factory.Grains.Health(Hall, Node);

        var blocked = await health.Report(Says(factory, "bmc", Alert("PSU0", HealthAlert.PreventAllocations, "Hardware")));
        Assert.Equal((HealthOutcome.Taken, NodeCondition.Cordoned, false), (blocked.Outcome, blocked.Health.Condition, blocked.Health.IsAllocatable));
        Assert.Equal(runs.Gpus, (await factory.JobAsync("runs")).Last!.Gpus);
        await factory.RunUntilAsync("runs", JobPhase.Succeeded);
        await factory.SubmitAsync("whole", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 10));
        var why = await factory.Grains.Hall(Hall).Why(new JobId("whole"));
        Assert.Contains("Health keeps new work off h100-01-n00 (BmcSensor PSU0 (bmc))", why, StringComparison.Ordinal);
        Assert.Contains("BmcSensor PSU0 (bmc)", await factory.Grains.Hall(Hall).WhyNot(new JobId("whole"), new RackId("h100-01")), StringComparison.Ordinal);

        var events = (await factory.Grains.Hall(Hall).Events(0, 100)).Events;
        Assert.Contains(events, happened => happened is { Kind: "NodeHealthChanged", Subject: "Node/h100-01-n00" } && happened.Message.Contains("BmcSensor PSU0: bad (bmc)", StringComparison.Ordinal));
        var free = await health.Report(Says(factory, "bmc", Alert("PSU0", "Hardware")));
        Assert.Equal((NodeCondition.Ready, true), (free.Health.Condition, free.Health.IsAllocatable));
        await factory.RunUntilAsync("whole", JobPhase.Succeeded);
    }

    [Fact]
    public async Task Health_lifts_only_what_health_did_and_an_operator_does_not_lift_it()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var (hall, health) = (factory.Grains.Hall(Hall), factory.Grains.Health(Hall, Node));
        foreach (var own in (NodeCondition[])[NodeCondition.Cordoned, NodeCondition.Draining, NodeCondition.Failed])
        {
            await hall.SetNodeCondition(Node, own);
            await health.Report(Says(factory, "bmc", Alert("PSU0", HealthAlert.PreventAllocations)));
            Assert.Equal(own, (await hall.ConditionOf(Node)).Condition);
            Assert.Equal(own, (await health.Clear("bmc")).Health.Condition);
        }

        await health.Report(Says(factory, "bmc", Alert("PSU0", HealthAlert.PreventAllocations)));
        var still = await hall.SetNodeCondition(Node, NodeCondition.Ready);
        Assert.Equal((NodeCondition.Cordoned, "health prevents it: BmcSensor PSU0 (bmc)"), (still.Condition, still.Because));
        Assert.Contains("It still takes nothing new: health prevents it", (await hall.Events(0, 100)).Events[^1].Message, StringComparison.Ordinal);
        Assert.Equal(NodeCondition.Ready, (await health.Clear("bmc")).Health.Condition);
    }

    [Fact]
    public async Task What_is_older_than_what_a_source_said_is_ignored_and_what_cannot_be_right_refused()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var health = factory.Grains.Health(Hall, Node);
        Assert.Null((await health.Get()).Health.IsAllocatable);
        Assert.Equal(NodeCondition.Ready, (await health.Get()).Health.Condition);

        var now = Says(factory, "bmc");
        await health.Report(now);
        var older = await health.Report(now with { ObservedAt = now.ObservedAt.AddSeconds(-1), Alerts = [Alert("PSU0", HealthAlert.PreventAllocations)] });
        Assert.Equal(HealthOutcome.Ignored, older.Outcome);
        Assert.Contains("bmc has said something newer", older.Message, StringComparison.Ordinal);
        Assert.Equal(NodeCondition.Ready, older.Health.Condition);
        // Another source's clock is another matter.
        Assert.Equal(HealthOutcome.Taken, (await health.Report(now with { Source = "sre", ObservedAt = now.ObservedAt.AddSeconds(-1) })).Outcome);
        Assert.Equal(HealthOutcome.Refused, (await health.Report(now with { ObservedAt = now.ObservedAt.AddHours(1) })).Outcome);
        Assert.Equal(HealthOutcome.UnknownNode, (await factory.Grains.Health(Hall, new NodeId("h100-09-n00")).Report(now)).Outcome);
    }

    [Fact]
    public async Task An_override_that_stands_for_all_reports_frees_a_node_and_one_that_is_added_closes_it()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var health = factory.Grains.Health(Hall, Node);
        await health.Report(Says(factory, "bmc", Alert("PSU0", HealthAlert.PreventAllocations)));
        Assert.Equal(NodeCondition.Ready, (await health.Report(Says(factory, "operator") with { Mode = HealthMode.Replace })).Health.Condition);
        var issue = await health.Report(Says(factory, MachineHealth.TenantReportedIssue, Alert("HARDWARE", HealthAlert.PreventAllocations)) with { Mode = HealthMode.Merge });
        Assert.Equal("health prevents it: BmcSensor HARDWARE (tenant-reported-issue)", issue.Health.Because);
        Assert.Equal(NodeCondition.Ready, (await health.Clear(MachineHealth.TenantReportedIssue)).Health.Condition);
        Assert.Equal("health prevents it: BmcSensor PSU0 (bmc)", (await health.Clear("operator")).Health.Because);
    }

    [Fact]
    public async Task Reports_and_what_they_came_to_outlive_a_restart_and_the_same_again_writes_nothing()
    {
        var storage = new TestStorage();
        await using (var before = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage }, TestHall.Named().With("DGX-H100-x4", 1, "h100")))
        {
            var health = before.Grains.Health(Hall, Node);
            var first = (await health.Report(Says(before, "bmc", Alert("PSU0", HealthAlert.PreventAllocations)))).Health;
            var (writes, entries) = (storage.Writes, (await before.HallAsync()).Sequence);
            before.Clock.Advance(TimeSpan.FromMinutes(1));
            var again = (await health.Report(Says(before, "bmc", Alert("PSU0", HealthAlert.PreventAllocations)))).Health;
            Assert.Equal((writes, entries), (storage.Writes, (await before.HallAsync()).Sequence));
            Assert.Equal(first.Merged!.Alerts, again.Merged!.Alerts);
            Assert.Equal(first.Merged.ObservedAt.AddMinutes(1), again.Merged.ObservedAt);
        }
        await using var after = await TestFactory.StartAsync(new TestFactoryOptions { Storage = storage });
        Assert.Equal((24, NodeCondition.Cordoned), ((await after.HallAsync()).FreeGpus, (await after.Grains.Hall(Hall).ConditionOf(Node)).Condition));
        Assert.Equal(NodeCondition.Ready, (await after.Grains.Health(Hall, Node).Clear("bmc")).Health.Condition);
    }

    [Fact]
    public async Task A_report_whose_write_failed_counts_once_it_is_repeated()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var (fails, said) = (1, Says(factory, "bmc", Alert("PSU0", HealthAlert.PreventAllocations)));
        factory.Storage.AfterWrite = (state, _) =>
        {
            if (state == "health" && Interlocked.Exchange(ref fails, 0) == 1)
                throw new IOException("the disk is full");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => factory.Grains.Health(Hall, Node).Report(said));
        await factory.RunUntilAsync(
            async () => (await factory.Grains.Health(Hall, Node).Report(said)).Health.Condition == NodeCondition.Cordoned, () => "the hall was not told");
    }

    /// <summary>Whatever was said in whatever order: new work is kept off exactly while the law says so or the operator does.</summary>
    [Fact]
    public void The_row_says_what_the_law_says_in_any_order()
    {
        var says = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 5], Gen.Bool, Gen.Bool);
        says.Array[0, 12].Sample(life =>
        {
            var row = new HealthRow();
            foreach (var (source, mode, at, prevents, clears) in life)
            {
                row = clears ? row.Without($"s{source}") : row.With(new HealthStatement(
                    $"s{source}", (HealthMode)mode, DateTimeOffset.UnixEpoch.AddSeconds(at), [], prevents ? [Alert("P", HealthAlert.PreventAllocations)] : []));
            }
            var instead = row.Statements.Where(said => said.Mode == HealthMode.Replace).OrderBy(said => said.ObservedAt).LastOrDefault();
            var counts = row.Statements.Where(said => said.Mode == HealthMode.Merge || (instead is null ? said.Mode == HealthMode.Report : said == instead));
            Assert.Equal(counts.Any(said => said.Alerts.Count > 0), row.Obstacle.Alerts.Length > 0);
            Assert.Equal(row.Statements.Count == 0, row.Merged is null);
        });
    }

    private static HealthStatement Says(TestFactory factory, string source, params HealthFinding[] alerts) =>
        new(source, HealthMode.Report, factory.Clock.GetUtcNow(), [], [.. alerts]);

    private static HealthFinding Alert(string target, params string[] classifications) =>
        new(new HealthPart("BmcSensor", target), null, "bad", [.. classifications]);
}
