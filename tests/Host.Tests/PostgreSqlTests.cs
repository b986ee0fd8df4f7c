using ControlPlane.Api;
using Npgsql;

namespace ControlPlane.Host.Tests;

/// <summary>A factory whose state is in PostgreSQL.</summary>
public class PostgreSqlTests
{
    [SkippableFact]
    public async Task Jobs_are_kept_in_PostgreSQL_through_a_kill()
    {
        var server = Environment.GetEnvironmentVariable("FACTORY_POSTGRES");
        Assert.True(server is not null || Environment.GetEnvironmentVariable("CI") != "true", "FACTORY_POSTGRES must name a server here.");
        Skip.If(server is null, "FACTORY_POSTGRES names no server: give a connection string of one on which databases may be made.");
        var database = $"factory_{Guid.NewGuid():N}";
        await Execute(server!, $"CREATE DATABASE {database}");
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(server) { Database = database }.ToString();
            await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false", "--storage", "postgresql", "--connection-string", connection);
            await Manifest.Use("apiVersion: factory/v1\nkind: Job\nmetadata: {name: kept}\nspec:\n  queue: research\n  tasks: [{gpus: 8}]\n  simulated: {duration: 30d}\n", async file =>
                Assert.Equal(0, (await host.Factoryctl("submit", "-f", file)).Code));
            await host.Until(async () => (await host.Get<JobResponse>("/v1/jobs/kept")).Phase == "running", "the job did not run");
            var before = await host.Get<JobResponse>("/v1/jobs/kept");
            await host.Kill();
            await host.Launch();
            var after = await host.Get<JobResponse>("/v1/jobs/kept");
            Assert.Equal((before.Generation, before.Attempts), (after.Generation, after.Attempts));
            Assert.Equal(before.HeldGpus, after.HeldGpus);
            Assert.Empty(Directory.GetFiles(host.Data, "*.db"));
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await Execute(server!, $"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    private static async Task Execute(string server, string statement)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
