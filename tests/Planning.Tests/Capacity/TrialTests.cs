using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;
using ControlPlane.Planning.Trials;
using CsCheck;

namespace ControlPlane.Planning.Tests.Capacity;

/// <summary>Plans in the event twin.</summary>
public sealed class TrialTests
{
    private const string Training = """
        {apiVersion: factory/v1, kind: TrainingDemand, metadata: {name: train}, spec: {tenant: two, gpu: GB200-GPU, gpuHours: 69984}}
        """;

    public static TheoryData<int, int, int, int> Conditions => new()
    {
        { 0, 0, 0, 0 }, { 25, 0, 0, 0 }, { 0, 0, 100, 0 }, { 0, 100, 0, 0 }, { 0, 0, 0, 100 }, { 10, 50, 90, 80 },
    };

    [Theory]
    [MemberData(nameof(Conditions))]
    public void The_racks_chosen_keep_every_condition_in_the_twin_and_one_rack_fewer_does_not(int spares, int feed, int loop, int leaf)
    {
        var question = new SmallSite { Spares = spares, KeepFeed = feed, KeepLoop = loop, KeepLeaf = leaf, Quarters = 1, More = Training, SecondType = true }.Question;
        var plan = CapacityPlanner.Plan(question).Plan!;
        var results = OutageTrial.Run(question, 0, plan.Racks[0], HardwareCatalogue.Default);
        Assert.All(results, result => Assert.True(result.Holds, result.ToString()));
        Assert.Equal(["llama2-70b at 2048", "training"], results.Select(result => result.Need).Distinct());
        foreach (var (type, row) in Standing(question, plan))
        {
            var fewer = plan.Racks[0].Select(rows => rows.ToArray()).ToArray();
            fewer[type][row]--;
            Assert.Contains(OutageTrial.Run(question, 0, fewer, HardwareCatalogue.Default), result => !result.Holds);
        }
    }

    [Fact]
    public void Whatever_the_site_its_racks_keep_every_condition_in_the_twin_and_one_fewer_does_not() => CapacityProperties.Sites.Sample(site =>
    {
        var question = (site with { More = Training }).Question;
        if (CapacityPlanner.Plan(question).Plan is not { } plan)
            return;
        Assert.All(OutageTrial.Run(question, 0, plan.Racks[0], HardwareCatalogue.Default), result => Assert.True(result.Holds, result.ToString()));
        foreach (var (type, row) in Standing(question, plan))
        {
            var fewer = plan.Racks[0].Select(rows => rows.ToArray()).ToArray();
            fewer[type][row]--;
            Assert.Contains(OutageTrial.Run(question, 0, fewer, HardwareCatalogue.Default), result => !result.Holds);
        }
    }, iter: 12, threads: 1);

    [Fact]
    public void A_quarter_with_failures_is_told_with_its_band_and_the_same_seeds_give_the_same()
    {
        var question = new SmallSite { Spares = 10, Quarters = 1, More = Training, Twin = ", failures: rsc1, seeds: 3, servedPercent: 99.9" }.Question;
        var plan = CapacityPlanner.Plan(question).Plan!;
        var results = FailureTrial.Run(question, 0, plan, HardwareCatalogue.Default)!;
        Assert.Equal(["llama2-70b at 2048", "training"], results.Select(result => result.Need));
        Assert.All(results, result => Assert.True(result.Holds, result.ToString()));
        // 63 nodes of which each fails 6.5e-3 times a day and is away for five minutes: the mean share that is lost is 2.3e-5.
        Assert.InRange(results[0].Percent.Mean, 99.99, 99.9999);
        // 69,984 GPU-hours of 32.4 GPUs at 90 %: nine nodes of four work nearly all the time.
        Assert.InRange(results[1].Percent.Mean, 100, 36 / 32.4 * 100);
        Assert.Equal(results, FailureTrial.Run(question, 0, plan, HardwareCatalogue.Default));
        Assert.NotEqual(results, FailureTrial.Run(question with { Plan = question.Plan with { Seed = 9 } }, 0, plan, HardwareCatalogue.Default));
    }

    [Fact]
    public void A_plan_that_failures_leave_short_does_not_fit()
    {
        // No spares, every node fails about once in ten days and is away for ten of them: half of the time is missing.
        var question = new SmallSite { Quarters = 1, Tokens = 3_450_000, Twin = ", failures: '0.1', repairHours: 240, seeds: 2" }.Question;
        var report = ReportBuilder.Answer(question, HardwareCatalogue.Default, out var plan);
        Assert.NotNull(plan);
        Assert.False(report.Fits);
        Assert.InRange(report.Trial!.Failures[0].Percent.Mean, 40, 75);
        Assert.Contains("in the twin: llama2-70b at 2048 gets", Assert.Single(report.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_plan_says_so_and_holds_what_was_checked()
    {
        var question = new SmallSite { Quarters = 2, Twin = ", failures: rsc1" }.Question;
        var told = new List<string>();
        var report = ReportBuilder.Answer(question, HardwareCatalogue.Default, out var plan, new PlanWatch { Told = (what, _, _) => told.Add(what), IsStopped = () => told.Count >= 3 });
        Assert.NotNull(plan);
        Assert.Equal(["choosing racks", "placing all work of 2027Q1", "placing all work of 2027Q2"], told);
        Assert.False(report.Fits || report.IsWhole);
        Assert.Empty(report.Trial!.Failures);
        Assert.Equal(2 * 63, report.Checks!.JobsPlaced);
        Assert.EndsWith("stopped before everything was checked", report.Status, StringComparison.Ordinal);
    }

    private static IEnumerable<(int Type, int Row)> Standing(CapacityQuestion question, RackPlan plan) =>
        from type in Enumerable.Range(0, question.Types.Count)
        from row in Enumerable.Range(0, question.Rows.Count)
        where plan.Racks[0][type][row] > 0
        select (type, row);
}
