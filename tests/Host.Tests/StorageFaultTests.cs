using System.Net;
using System.Net.Http.Json;
using ControlPlane.Api;
using Microsoft.Data.Sqlite;

namespace ControlPlane.Host.Tests;

/// <summary>A host whose storage fails for a while.</summary>
public class StorageFaultTests
{
    [Fact]
    public async Task While_storage_fails_clients_are_told_to_repeat_and_afterwards_they_succeed()
    {
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        Assert.Equal(HttpStatusCode.OK, (await Submit(host, "before")).Status);

        await Execute(host, "ALTER TABLE OrleansStorage RENAME TO Away");
        var (status, answer) = await Submit(host, "unlucky");
        Assert.True(status == HttpStatusCode.ServiceUnavailable, $"{status}: {answer}");
        Assert.Contains("Repeat it; repeating is safe.", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("OrleansStorage", answer, StringComparison.Ordinal);
        await Execute(host, "ALTER TABLE Away RENAME TO OrleansStorage");

        await host.Until(async () => (await Submit(host, "unlucky")).Status == HttpStatusCode.OK, "the job was not accepted again");
        foreach (var name in (string[])["before", "unlucky"])
            await host.Until(async () => (await host.Get<JobResponse>("/v1/jobs/" + name)).Phase == "running", $"{name} does not run");
        var gpus = (await Task.WhenAll(host.Get<JobResponse>("/v1/jobs/before"), host.Get<JobResponse>("/v1/jobs/unlucky"))).SelectMany(job => job.HeldGpus).ToList();
        Assert.Equal((16, 16), (gpus.Count, gpus.Distinct().Count()));
    }

    private static async Task<(HttpStatusCode Status, string Answer)> Submit(RunningHost host, string name)
    {
        var text = $"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec:\n  queue: research\n  tasks: [{{gpus: 8}}]\n  simulated: {{duration: 30d}}\n";
        using var response = await host.Http.PostAsJsonAsync("/v1/jobs", new ApplyRequest([new FileBody("test", text)]));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task Execute(RunningHost host, string statement)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(host.Data, "factory.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }
}
