using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using ControlPlane.Api;
using Xunit.Abstractions;

namespace ControlPlane.Host.Tests;

/// <summary>A host that is killed again and again while jobs come in loses none of them and holds no GPU twice.</summary>
public class KillTests(ITestOutputHelper output)
{
    private const int Jobs = 1000;
    private const int Kills = 20;
    private const int Clients = 8;

    private readonly ConcurrentDictionary<string, bool> _acknowledged = new(StringComparer.Ordinal);

    [Fact]
    public async Task Twenty_kills_while_a_thousand_jobs_are_submitted_lose_nothing()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var host = await RunningHost.Start("--empty", "--start-agent", "false", "--time-scale", "100");
        await Apply(host);
        var next = -1;
        // Jobs come in while the kills go on: each client may take its share of them between two kills.
        var allowed = new SemaphoreSlim(0);
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            for (var number = Interlocked.Increment(ref next); number < Jobs; number = Interlocked.Increment(ref next))
            {
                await allowed.WaitAsync();
                await Submit(host, $"job-{number}");
            }
        })).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            allowed.Release(Jobs / Kills);
            var until = _acknowledged.Count + random.Next(Jobs / Kills);
            await host.Until(() => Task.FromResult(_acknowledged.Count >= Math.Min(until, (kill + 1) * Jobs / Kills - Clients)), "no job was acknowledged");
            await host.Kill();
            await host.Launch();
            await Check(host);
        }
        await Task.WhenAll(clients);
        Assert.Equal(Jobs, _acknowledged.Count);
        await CheckAll(host);
    }

    private async Task Submit(RunningHost host, string name)
    {
        var text = $$"""
            {"apiVersion": "factory/v1", "kind": "Job", "metadata": {"name": "{{name}}"}, "spec": {"queue": "default",
             "tasks": [{"gpus": {{name.Length % 3 + 1}}}], "simulated": {"duration": "{{name.Length * 20}}s"} } }
            """;
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                using var response = await host.Http.PostAsJsonAsync("/v1/jobs", new ApplyRequest([new FileBody("test", text)]));
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    var answers = await response.Content.ReadFromJsonAsync<List<SubmitResponse>>();
                    Assert.Equal("accepted", answers![0].Outcome);
                    _acknowledged[name] = true;
                    return;
                }
                Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{name}: {await response.Content.ReadAsStringAsync()}");
            }
            catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException)
            {
                // The host is down: the same job is submitted again under the same name.
            }
            await pause.WaitForNextTickAsync();
        }
    }

    /// <summary>After a restart: no feed over its limit, and what is held is held once.</summary>
    private async Task Check(RunningHost host)
    {
        var hall = (await host.Get<List<HallResponse>>("/v1/halls"))[0];
        Assert.All(hall.Power, power => Assert.True(power.CommittedWatts <= power.LimitWatts, $"{power.Domain} is over its limit"));
        // Jobs are read one by one while others end and start: a GPU counts as held twice when two jobs hold it under the
        // same generation in two readings, the first of which ended before the second began.
        var first = await Holders(host, _acknowledged.Keys);
        var suspects = first.GroupBy(held => held.Gpu).Where(same => same.Count() > 1).SelectMany(same => same).Select(held => held.Job).Distinct();
        var twice = (await Holders(host, suspects)).Intersect(first).GroupBy(held => held.Gpu).Where(same => same.Count() > 1);
        Assert.True(!twice.Any(), $"held twice: {string.Join("; ", twice.Select(same => string.Join(" and ", same)))}");
    }

    private static async Task<List<(string Gpu, string Job, long Generation)>> Holders(RunningHost host, IEnumerable<string> names)
    {
        var jobs = await Task.WhenAll(names.ToList().Select(name => host.Get<JobResponse>("/v1/jobs/" + name)));
        return [.. jobs.Where(job => job.Phase is "placed" or "running").SelectMany(job => job.HeldGpus.Select(gpu => (gpu, job.Job, job.Generation)))];
    }

    private async Task CheckAll(RunningHost host)
    {
        await Check(host);
        await host.Until(
            async () => (await host.Get<List<HallResponse>>("/v1/halls"))[0] is { Waiting: 0, Running: 0 }, "jobs did not end");
        var jobs = await Task.WhenAll(Enumerable.Range(0, Jobs).Select(number => host.Get<JobResponse>($"/v1/jobs/job-{number}")));
        Assert.All(jobs, job => Assert.Equal("succeeded", job.Phase));
        Assert.Equal(Jobs, (await host.Get<List<HallResponse>>("/v1/halls"))[0].Ended);
    }

    private static async Task Apply(RunningHost host)
    {
        const string Text = """
            {apiVersion: factory/v1, kind: Site, metadata: {name: s}, spec: {jurisdiction: test}}
            ---
            {apiVersion: factory/v1, kind: Hall, metadata: {name: h}, spec: {site: s}}
            ---
            {apiVersion: factory/v1, kind: Queue, metadata: {name: default}, spec: {}}
            ---
            {apiVersion: factory/v1, kind: PowerDomain, metadata: {name: feed}, spec: {hall: h, type: feed, rating: 75kW}}
            ---
            {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: air}, spec: {hall: h, type: air, capacity: 1MW}}
            ---
            {apiVersion: factory/v1, kind: Rack, metadata: {name: r}, spec: {hall: h, type: DGX-H100-x4, count: 2, powerDomain: feed, airZone: air}}
            """;
        using var response = await host.Http.PostAsJsonAsync("/v1/manifests", new ApplyRequest([new FileBody("test", Text)]));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
