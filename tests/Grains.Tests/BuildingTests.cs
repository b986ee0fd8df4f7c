using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Power;
using ControlPlane.Grains.Racks;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

public class BuildingTests
{
    private static readonly HallId Hall = new("hall-a");
    private static readonly PowerDomainId Feed = new("hall-a-feed");

    [Fact]
    public async Task What_the_building_measures_is_what_a_rack_draws_until_the_building_is_silent()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        await factory.RunUntilAsync(async () => (await Rack(factory)).Observed is not null, () => "the rack does not report");
        await factory.Grains.Rack(new RackId("h100-01")).ObserveBuilding(new BuildingReading(35_207, 31.9, 42.1, false, factory.Clock.GetUtcNow()));
        await factory.RunUntilAsync(async () => (await Rack(factory)) is { Observed: { } watts, Leaks: false } rack && watts == Watts.FromWatts(35_207) && rack.Supply?.Value == 31.9, () => "the building is not heard");
        await factory.RunUntilAsync(async () => (await Rack(factory)) is { Leaks: null, Observed: { } watts } && watts != Watts.FromWatts(35_207), () => "a silent building is believed", TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Nothing_new_is_placed_in_a_rack_that_leaks_and_what_runs_there_goes_on()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 2, "h100"));
        await factory.SubmitAsync("runs", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 3000));
        var runs = await factory.RunUntilAsync("runs", JobPhase.Running);
        var rack = runs.Last!.Gpus[0].Value[..7];
        var other = rack == "h100-01" ? "h100-02" : "h100-01";
        await factory.Grains.Rack(new RackId(rack)).ObserveBuilding(new BuildingReading(null, null, null, true, factory.Clock.GetUtcNow()));
        await factory.RunUntilAsync(async () => (await factory.Grains.Hall(Hall).Export()).Nodes.Count == 4, () => "the rack is not closed");
        await factory.SubmitAsync("later", TestJobs.Gang(tasks: 4, gpus: 8, seconds: 60));
        await factory.SubmitAsync("waits", TestJobs.Gang(tasks: 1, gpus: 8, seconds: 60));
        var later = await factory.RunUntilAsync("later", JobPhase.Running);
        Assert.All(later.Last!.Gpus, gpu => Assert.StartsWith(other, gpu.Value, StringComparison.Ordinal));
        Assert.Equal(JobPhase.Running, (await factory.JobAsync("runs")).Phase);
        Assert.Equal(JobPhase.Waiting, (await factory.JobAsync("waits")).Phase);
    }

    [Fact]
    public async Task The_lower_of_an_operators_limit_and_a_load_target_holds_and_neither_undoes_the_other()
    {
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));
        var power = factory.Grains.Power(Hall, Feed);
        var (rating, target, lower) = (Watts.FromKilowatts(10_000), Watts.FromKilowatts(500), Watts.FromKilowatts(400));
        var until = factory.Clock.GetUtcNow().AddHours(1);
        ValueList<FeedTarget> targets = [new FeedTarget("c", target, factory.Clock.GetUtcNow(), until, true)];
        Assert.Equal(target, (await power.Follow(targets)).InForce);
        Assert.Equal(target, (await power.SetLimit(Feed, Watts.FromKilowatts(900), "")).InForce);
        Assert.Equal(lower, (await power.SetLimit(Feed, lower, "")).InForce);
        Assert.Equal(target, (await power.SetLimit(Feed, null, "")).InForce);
        Assert.Equal(targets, await power.Targets());
        factory.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(rating, (await power.Follow([])).InForce);
    }

    private static async Task<Placement.RackView> Rack(TestFactory factory) => (await factory.HallAsync()).Racks[0];
}
