using System.Net;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Capacity plans made by a host, by the library and by factoryctl.</summary>
public sealed class PlanningTests : IAsyncLifetime
{
    private RunningHost _host = null!;

    private PlanningClient Plans => new(_host.Http);

    public async Task InitializeAsync() => _host = await RunningHost.Start("--empty");

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_host_makes_the_plan_that_factoryctl_makes_by_itself()
    {
        await Manifest.Use(Site(1), async file =>
        {
            var alone = await _host.Factoryctl("capacity", "plan", "-f", file, "-o", "json");
            Assert.True(alone.Code == 0, alone.ToString());
            var hosted = await _host.Factoryctl("capacity", "plan", "-f", file, "-o", "json", "--on-host");
            Assert.True(hosted.Code == 0 && hosted.Output == alone.Output, hosted.ToString());
        });
        var plan = Assert.Single(await Plans.List());
        Assert.Equal(("small", "done", true, "plan.json report.html racks-2027Q1.yaml"), (plan.Name, plan.State, plan.Fits, string.Join(' ', plan.Files)));
        Assert.StartsWith("<!doctype html>", await Plans.File(plan.Id, "report.html"), StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<PlanningException>(() => Plans.File(plan.Id, "../state.json"));
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
    }

    [Fact]
    public async Task The_same_request_under_an_id_is_the_same_plan_and_another_one_is_refused()
    {
        var request = new CapacityPlanRequest(new FileBody("site.yaml", Site(1)), [], "mine");
        var first = await Plans.Submit(request);
        Assert.Equal(("mine", first.SubmittedAt), ((await Plans.Submit(request)).Id, (await Plans.Submit(request)).SubmittedAt));
        var taken = await Assert.ThrowsAsync<PlanningException>(() => Plans.Submit(request with { File = new FileBody("site.yaml", Site(2)) }));
        Assert.Equal(HttpStatusCode.Conflict, taken.Status);
        Assert.Equal("done", (await Plans.Wait("mine")).State);
    }

    [Theory]
    [InlineData("pue: 1.2", "pue: 0.2", "spec.pue")]
    [InlineData("solverSeconds: 5", "solverSeconds: 500", "spec.solverSeconds")]
    [InlineData("tokensPerSecond: 3000000", "trace: requests.csv, scale: 2", "spec.trace")]
    public async Task A_wrong_file_is_refused_with_its_place_and_nothing_is_kept(string sound, string faulty, string field)
    {
        var refused = await Assert.ThrowsAsync<PlanningException>(() => Plans.Submit(new CapacityPlanRequest(new FileBody("site.yaml", Site(1).Replace(sound, faulty, StringComparison.Ordinal)))));
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains(refused.Errors, error => error.Field.EndsWith(field, StringComparison.Ordinal) && error.File == "site.yaml");
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<PlanningException>(() => Plans.Submit(new CapacityPlanRequest(new FileBody("site.yaml", Site(1)), [], "Not an id")))).Status);
        Assert.Empty(await Plans.List());
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<PlanningException>(() => Plans.Cancel("nobody"))).Status);
    }

    [Fact]
    public async Task Plans_are_made_one_at_a_time_and_end_early_with_what_holds()
    {
        await Plans.Submit(new CapacityPlanRequest(new FileBody("long.yaml", Site(20, ", failures: '20', seeds: 50")), [], "long"));
        await Plans.Submit(new CapacityPlanRequest(new FileBody("next.yaml", Site(1)), [], "next"));
        await Plans.Submit(new CapacityPlanRequest(new FileBody("last.yaml", Site(2)), [], "last"));
        await _host.Until(async () => (await Plans.Get("long")).Doing.Contains("in the twin", StringComparison.Ordinal), "the long plan did not come to the twin");
        Assert.Equal(("queued", "queued"), ((await Plans.Get("next")).State, (await Plans.Get("last")).State));
        Assert.Equal(("stopped", "cancelled before it began"), ((await Plans.Cancel("next")).State, (await Plans.Get("next")).Message));
        await Plans.Cancel("long");
        var stopped = await Plans.Wait("long");
        Assert.Equal(("stopped", false, "cancelled while it was made"), (stopped.State, stopped.Fits, stopped.Message));
        Assert.Contains("\"isWhole\": false", await Plans.File("long", "plan.json"), StringComparison.Ordinal);
        Assert.Equal(("done", true), ((await Plans.Wait("last")).State, (await Plans.Get("last")).Fits));
    }

    [Fact]
    public async Task What_was_acknowledged_outlives_a_killed_host()
    {
        await Plans.Submit(new CapacityPlanRequest(new FileBody("long.yaml", Site(20, ", failures: '20', seeds: 50")), [], "long"));
        await Plans.Submit(new CapacityPlanRequest(new FileBody("next.yaml", Site(1)), [], "next"));
        await _host.Until(async () => (await Plans.Get("long")).State == "running", "the long plan did not begin");
        await _host.Kill();
        await _host.Launch();
        await _host.Until(async () => (await Plans.Get("long")).State == "running", "the long plan was not begun again");
        Assert.Equal("made again: the host ended meanwhile", (await Plans.Get("long")).Message);
        await Plans.Cancel("long");
        Assert.Equal("stopped", (await Plans.Wait("long")).State);
        Assert.Equal("done", (await Plans.Wait("next")).State);
    }

    private static string Site(int quarters, string more = "") => $$"""
        apiVersion: factory/v1
        kind: CapacityPlan
        metadata: {name: small}
        spec: {firstQuarter: 2027Q1, quarters: {{quarters}}, asOf: 2026-11-26T00:00:00Z, gridConnection: 20MW, pue: 1.2, sparesPercent: 0, sustainedPercent: 100, trainingGoodputPercent: 90, surviveFeedPercent: 0, surviveLoopPercent: 0, surviveLeafPercent: 0, drawPercent: 80, dollarsPerKilowattHour: 0.1, writeOffYears: 4, solverSeconds: 5{{more}} }
        ---
        {apiVersion: factory/v1, kind: Site, metadata: {name: here}, spec: {jurisdiction: us-tx} }
        ---
        {apiVersion: factory/v1, kind: Hall, metadata: {name: hall}, spec: {site: here} }
        ---
        {apiVersion: factory/v1, kind: PowerDomain, metadata: {name: busway}, spec: {hall: hall, type: busway, rating: 3MW} }
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: cdu}, spec: {hall: hall, type: liquid, capacity: 3MW} }
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: air}, spec: {hall: hall, type: air, capacity: 3MW} }
        ---
        {apiVersion: factory/v1, kind: RackRow, metadata: {name: row}, spec: {hall: hall, powerDomain: busway, liquidLoop: cdu, airZone: air, positions: 20} }
        ---
        {apiVersion: factory/v1, kind: RackOffer, metadata: {name: gb200}, spec: {type: GB200-NVL72, dollars: 3000000, leadTime: 30d} }
        ---
        {apiVersion: factory/v1, kind: ServingDemand, metadata: {name: chat}, spec: {tenant: one, model: llama2-70b, context: 2048, tokensPerSecond: 3000000} }
        """;
}
