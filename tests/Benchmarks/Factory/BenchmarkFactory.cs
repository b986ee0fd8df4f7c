using ControlPlane.Grains;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Sites;
using ControlPlane.Grains.Storage;
using ControlPlane.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace ControlPlane.Benchmarks.Factory;

/// <summary>A factory on a SQLite file and the real clock, called as the host's endpoints call it: from inside the silo.</summary>
internal sealed class BenchmarkFactory : IAsyncDisposable
{
    private readonly InProcessTestCluster _cluster;

    private BenchmarkFactory(InProcessTestCluster cluster)
    {
        _cluster = cluster;
        var services = cluster.GetSiloServiceProvider(cluster.Silos[0].SiloAddress);
        (Grains, Devices) = (services.GetRequiredService<IGrainFactory>(), services.GetRequiredService<SimulatedFleet>());
    }

    /// <summary>The simulated devices of the silo.</summary>
    public SimulatedFleet Devices { get; }

    public IGrainFactory Grains { get; }

    public static async Task<BenchmarkFactory> Start(string file, Action<FactoryOptions>? configure = null)
    {
        var connection = $"Data Source={file};Pooling=True";
        await StorageSchema.EnsureSqlite(connection);
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false;
        builder.Options.ServiceId = "factory"; // Rows are found again by it.
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
            silo.AddSqliteStorage(connection);
            silo.AddFactory();
            silo.Services.Configure<FactoryOptions>(options => configure?.Invoke(options));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new BenchmarkFactory(cluster);
    }

    public async Task Apply(TestHall hall)
    {
        var answer = await Grains.Factory().Apply([new ManifestFile("benchmark.yaml", hall.ToYaml())], dryRun: false);
        if (answer.Errors.Count > 0)
            throw new InvalidOperationException(string.Join(Environment.NewLine, answer.Errors));
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
