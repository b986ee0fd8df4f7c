using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Policies;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public class JobPowerTests
{
    private static readonly HardwareCatalogue Catalogue = HardwareCatalogue.Default;

    [Theory]
    [InlineData("A100-SXM4-80GB", 62)] // 250 W of 400 W, the best of the sweep of pre-training
    [InlineData("GB200-GPU", 83)] // 1000 W of 1200 W, published
    [InlineData("H100-SXM5-80GB", 62)] // as the A100
    [InlineData("V100-SXM2-32GB", 60)] // 150 W of 250 W
    [InlineData("MI300X", 100)] // nothing is known
    public void Maxq_is_the_efficiency_point_of_each_model_and_says_where_it_comes_from(string model, int percent)
    {
        var point = EfficiencyPoint.Of(Catalogue.Gpu(model)!);
        Assert.Equal(percent, point.Percent);
        Assert.NotEmpty(point.Source);
        Assert.Equal(percent, GpuPolicy.BuiltIn(Catalogue)[1].Percents[model]);
        Assert.Equal(100, GpuPolicy.BuiltIn(Catalogue)[0].Percents[model]);
    }

    [Fact]
    public void A_declared_policy_gives_each_model_its_watts_rounded_down_and_the_lower_of_GPU_and_node()
    {
        var eco = GpuPolicy.Of(
            "eco",
            new PowerPolicySpec
            {
                Percent = 20,
                Gpus = [new GpuPolicySpec { Model = "H100-SXM5-80GB", Limit = Watts.FromWatts(500) }, new GpuPolicySpec { Model = "GB200-GPU", Percent = 90 }],
                Nodes = [new NodePolicySpec { Type = "GB200-compute-tray", Limit = Watts.FromWatts(5600) }],
            },
            Catalogue);
        Assert.Equal(71, eco.Percents["H100-SXM5-80GB"]);
        Assert.Equal(77, eco.Percents["GB200-GPU"]); // (5600 W - 1867 W) / 4 = 933 W of 1200 W
        Assert.Equal(36, eco.Percents["GB300-GPU"]); // 500 W is the least of 1400 W
        Assert.Equal(20, eco.Percents["V100-SXM2-32GB"]);
    }

    [Fact]
    public void Models_of_different_percents_make_steps_of_their_own_and_a_strict_job_has_only_the_first_policy()
    {
        var job = Job(["H100-SXM5-80GB", "GB200-GPU"]) with { PowerPolicies = ["maxp", "maxq"] };
        Assert.Equal(
            [new PowerStep("maxp", 100, []), new PowerStep("maxq", 83, ["GB200-GPU"]), new PowerStep("maxq", 62, ["H100-SXM5-80GB"])], Resolved(job).PowerSteps);
        Assert.Equal([new PowerStep("maxp", 100, [])], Resolved(job with { StrictPower = true }).PowerSteps);
        var at = Resolved(job).At(62);
        Assert.Equal(["H100-SXM5-80GB"], at.Groups[0].GpuModels);
        Assert.Equal("maxq", Resolved(job).PolicyAt(83));
    }

    [Fact]
    public void Refuses_what_is_unknown_rises_or_suits_no_gang()
    {
        Assert.Contains("no PowerPolicy 'maxx'. Known: maxp, maxq", Objection(Job([]) with { PowerPolicies = ["maxx"] }), StringComparison.Ordinal);
        Assert.Contains("list the highest first", Objection(Job([]) with { PowerPolicies = ["maxq", "maxp"] }), StringComparison.Ordinal);
        var mixed = Job(["H100-SXM5-80GB"]) with { PowerPolicies = ["maxq"] };
        mixed = mixed with { Groups = [mixed.Groups[0], mixed.Groups[0] with { Name = "other", GpuModels = ["GB200-GPU"] }] };
        Assert.Contains("run at one percent", Objection(mixed), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tier_of_none_keeps_the_full_limit_and_a_wider_tier_accepts_all_that_a_narrower_one_does()
    {
        Assert.Equal([100], FlexibilityTier.Percents(Catalogue.Gpu("H100-SXM5-80GB")!, WorkloadClass.Training, 0));
        Assert.Equal([100, 95, 90, 85], FlexibilityTier.Percents(Catalogue.Gpu("A100-SXM4-80GB")!, WorkloadClass.Training, 10));
        // The published sweep of decode on H200 says that no cap from 300 W upwards binds.
        Assert.Equal(45, FlexibilityTier.Percents(Catalogue.Gpu("H200-SXM-141GB")!, WorkloadClass.Decode, 0)[^1]);
        Gen.Select(Gen.Int[0, Catalogue.Gpus.Count - 1], Gen.Enum<WorkloadClass>()).Sample((index, workload) =>
            Assert.All(((int, int)[])[(0, 10), (10, 25), (25, 50)], pair => Assert.Empty(
                FlexibilityTier.Percents(Catalogue.Gpus[index], workload, pair.Item1).Except(FlexibilityTier.Percents(Catalogue.Gpus[index], workload, pair.Item2)))));
    }

    [Fact]
    public void No_limit_of_a_tier_costs_more_than_the_tier_on_the_measured_curve_nor_lies_below_the_device() =>
        Gen.Select(Gen.Int[0, Catalogue.Gpus.Count - 1], Gen.Enum<WorkloadClass>(), Gen.Int[0, 100]).Sample((index, workload, tier) =>
        {
            var model = Catalogue.Gpus[index];
            foreach (var percent in FlexibilityTier.Percents(model, workload, tier))
            {
                if (percent == 100)
                    continue;
                var curve = ModelCurves.Of(model, workload)!;
                var cap = curve.HighestCap.Value * percent / 100;
                Assert.True(curve.Under(Watts.FromWatts(cap)).Throughput >= 1 - (tier / 100.0), $"{model.Name} {workload} {percent} %");
                Assert.True(model.LimitWatts.Value * percent / 100 >= (model.MinimumLimitWatts?.Value ?? 0));
            }
        });

    [Fact]
    public void A_job_of_a_tier_gets_the_limits_of_its_class_and_models()
    {
        var steps = Resolved(Job(["A100-SXM4-80GB"]) with { Flexibility = 10 }).PowerSteps;
        Assert.Equal([100, 95, 90, 85], steps.Select(step => step.Percent));
        Assert.All(steps, step => Assert.Equal(("flexibility 10", 0), (step.Policy, step.GpuModels.Count)));
        var decode = Resolved(Job(["H200-SXM-141GB", "A100-SXM4-80GB"], "decode") with { Flexibility = 10 }).PowerSteps;
        Assert.Equal(["H200-SXM-141GB"], decode[^1].GpuModels);
        Assert.Equal(40, decode[^1].Percent); // 280 W of the 300 W that it draws: 7 % are lost.
    }

    private static JobSpec Job(ValueList<string> models, string work = "training") => new(
        new QueueId("q"), 100, [new TaskGroup("worker", 2, 8, 0, models, 0, Gibibytes.Zero, GigabitsPerSecond.Zero)], new TopologyRequest(null, null),
        new SimulatedWork(work, TimeSpan.FromMinutes(1), 0, 0.9), null, null);

    private static JobSpec Resolved(JobSpec spec) => JobPower.Resolve(spec, [], Catalogue).Spec!;

    private static string Objection(JobSpec spec) => JobPower.Resolve(spec, [], Catalogue).Objection!;
}
