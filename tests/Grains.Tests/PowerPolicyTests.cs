using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

/// <summary>Jobs that name power policies or a flexibility tier, from submission to the end.</summary>
public class PowerPolicyTests
{
    private const string Eco = "{apiVersion: factory/v1, kind: PowerPolicy, metadata: {name: eco}, spec: {gpus: [{model: H100-SXM5-80GB, limit: 350W}]}}";

    [Fact]
    public async Task The_next_lower_policy_is_taken_where_the_first_does_not_fit_a_strict_job_waits_and_a_later_change_alters_nothing()
    {
        // Two racks draw 40.8 kW idle; 32 leases of an H100 add 19.9 kW at 700 W, 11.3 kW at 62 %.
        await using var factory = await TestFactory.StartAsync(TestHall.Named().Feed("74kW").With("DGX-H100-x4", 2, "h100"));
        await factory.ApplyAsync(Eco);
        var job = TestJobs.Gang(tasks: 4, gpus: 8, seconds: 120, model: "H100-SXM5-80GB");
        await factory.SubmitAsync("first", job with { PowerPolicies = ["maxp", "maxq"] });
        var plan = await factory.Grains.Factory().Resolve(job with { PowerPolicies = ["maxp", "eco"] });
        Assert.Equal([new PowerStep("maxp", 100, []), new PowerStep("eco", 50, [])], plan.Spec!.PowerSteps);
        Assert.Contains("Insufficient power under maxp (100 %)", (await factory.Grains.Hall(new HallId("hall-a")).Plan(new JobId("second"), plan.Spec)).Message, StringComparison.Ordinal);

        await factory.SubmitAsync("strict", job with { PowerPolicies = ["maxp", "eco"], StrictPower = true, Priority = 50 });
        await factory.SubmitAsync("second", job with { PowerPolicies = ["maxp", "eco"] });
        var second = await factory.RunUntilAsync("second", JobPhase.Running);
        Assert.Equal((50, "eco"), (second.Last!.PowerPercent, second.Last.PowerPolicy));
        Assert.Contains("Power limit 50 % by eco, not 100 % by maxp. Insufficient power under maxp (100 %): Power domain hall-a-feed has", second.Last.Message, StringComparison.Ordinal);
        Assert.Equal((100, "maxp"), ((await factory.JobAsync("first")).Last!.PowerPercent, (await factory.JobAsync("first")).Last!.PowerPolicy));
        Assert.Equal(JobPhase.Waiting, (await factory.JobAsync("strict")).Phase);

        // What was accepted stays as it was, and repeating it is no other request.
        await factory.ApplyAsync(Eco.Replace("350W", "600W", StringComparison.Ordinal));
        Assert.Equal(SubmitOutcome.Accepted, (await factory.SubmitAsync("second", job with { PowerPolicies = ["maxp", "eco"] })).Outcome);
        Assert.Equal(SubmitOutcome.Conflict, (await factory.SubmitAsync("second", job with { PowerPolicies = ["maxp"] })).Outcome);
        await factory.RunUntilAsync("strict", JobPhase.Succeeded, TimeSpan.FromMinutes(20));
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task A_job_that_may_lose_a_tenth_steps_down_the_measured_curve_and_no_further()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.SubmitAsync("train", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 300) with { Flexibility = 10 });
        await factory.RunUntilAsync("train", JobPhase.Running);
        await factory.Grains.Hall(new HallId("hall-a")).SetPowerLimit(new PowerDomainId("hall-a-feed"), Watts.FromWatts(22_000));
        await factory.RunUntilAsync(async () => (await factory.JobAsync("train")).Last!.PowerPercent < 100, () => "it was not lowered");
        var job = await factory.JobAsync("train");
        Assert.Equal((85, "flexibility 10"), (job.Last!.PowerPercent, job.Last.PowerPolicy));
        Assert.Contains("85 % of its power limit by flexibility 10", job.Last.Message, StringComparison.Ordinal);
        await factory.AllDecisionsComeOutTheSame();
    }

    [Fact]
    public async Task A_policy_that_is_not_known_is_not_admitted()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var answer = await factory.SubmitAsync("job", TestJobs.Gang() with { PowerPolicies = ["turbo"] });
        Assert.Equal((SubmitOutcome.NotAdmitted, "There is no PowerPolicy 'turbo'. Known: maxp, maxq."), (answer.Outcome, answer.Message));
    }
}
