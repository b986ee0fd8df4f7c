using System.Diagnostics;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Sites;
using ControlPlane.Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.TestingHost;

namespace ControlPlane.Testing;

/// <summary>
/// A whole factory in the test's process: real grains, simulated GPUs, time that moves only when told to, storage
/// and devices that fail when told to.
/// </summary>
public sealed class TestFactory : IAsyncDisposable
{
    /// <summary>Real time after which waiting for something gives up: a bound against hanging, never a measurement.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(120);

    private readonly InProcessTestCluster _cluster;

    private readonly Stillness _stillness;

    private TestFactory(InProcessTestCluster cluster, FakeTimeProvider clock, TestStorage storage, Stillness stillness) =>
        (_cluster, Clock, Storage, _stillness) = (cluster, clock, storage, stillness);

    /// <summary>The factory's clock.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>The factory's storage and its fault hooks.</summary>
    public TestStorage Storage { get; }

    /// <summary>The grains.</summary>
    public IGrainFactory Grains => _cluster.Client;

    /// <summary>The silos that run.</summary>
    public IReadOnlyList<InProcessSiloHandle> Silos => [.. _cluster.Silos];

    /// <summary>Starts a factory with the given halls.</summary>
    /// <param name="halls">The halls; may be none.</param>
    public static Task<TestFactory> StartAsync(params TestHall[] halls) => StartAsync(new TestFactoryOptions(), halls);

    /// <summary>Starts a factory with the given halls.</summary>
    /// <param name="options">Silos, storage and behaviour.</param>
    /// <param name="halls">The halls; may be none.</param>
    /// <exception cref="InvalidOperationException">A hall's manifests are not valid.</exception>
    public static async Task<TestFactory> StartAsync(TestFactoryOptions options, params TestHall[] halls)
    {
        ArgumentNullException.ThrowIfNull(options);
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var storage = options.Storage ?? new TestStorage();
        var stillness = new Stillness();
        var builder = new InProcessTestClusterBuilder(options.Silos);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<TimeProvider>(clock);
            silo.Services.UseTimeProviderForBackgroundAreas(TimeProvider.System);
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(options.LogLevel));
            foreach (var name in (string[])[StorageNames.Rows, StorageNames.Ledger])
                silo.Services.AddKeyedSingleton<IGrainStorage>(name, (services, _) => storage.For(services.GetRequiredService<Serializer>()));
            silo.AddIncomingGrainCallFilter(stillness).AddOutgoingGrainCallFilter(stillness);
            silo.AddFactory();
            silo.Services.Configure<FactoryOptions>(settings => options.Configure?.Invoke(settings));
        });
        builder.ConfigureClient(client => client.AddActivityPropagation());
        var cluster = builder.Build();
        await cluster.DeployAsync();
        var factory = new TestFactory(cluster, clock, storage, stillness);
        foreach (var hall in halls)
            await factory.ApplyAsync(hall.ToYaml());
        return factory;
    }

    /// <summary>Applies manifests.</summary>
    /// <exception cref="InvalidOperationException">They are not valid; the message lists every error.</exception>
    public async Task ApplyAsync(string yaml)
    {
        var answer = await Grains.Factory().Apply([new ManifestFile("test.yaml", yaml)], dryRun: false);
        if (answer.Errors.Count > 0)
            throw new InvalidOperationException(string.Join(Environment.NewLine, answer.Errors));
    }

    /// <summary>Submits a job.</summary>
    public Task<SubmitAnswer> SubmitAsync(string name, JobSpec spec) => Grains.Job(new JobId(name)).Submit(spec);

    /// <summary>The job's row; fails when there is none.</summary>
    public async Task<JobRecord> JobAsync(string name) =>
        await Grains.Job(new JobId(name)).Get() ?? throw new InvalidOperationException($"There is no job {name}.");

    /// <summary>The hall's figures.</summary>
    public Task<HallView> HallAsync(string name = "hall-a") => Grains.Hall(new HallId(name)).View();

    /// <summary>Moves time on, second by second, until a job is in a phase.</summary>
    /// <exception cref="TimeoutException">It was not within the given time of the factory's clock.</exception>
    public async Task<JobRecord> RunUntilAsync(string name, JobPhase phase, TimeSpan? within = null)
    {
        JobRecord? last = null;
        await RunUntilAsync(
            async () => (last = await Grains.Job(new JobId(name)).Get())?.Phase == phase,
            () => $"job {name} did not become {phase}: {last?.Phase}, {last?.Last?.Message}", within);
        return last!;
    }

    /// <summary>Moves time on, second by second, until a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="otherwise">What to say when it never does.</param>
    /// <param name="within">Time of the factory's clock; ten minutes by default.</param>
    /// <exception cref="TimeoutException">It did not within that time.</exception>
    public async Task RunUntilAsync(Func<Task<bool>> condition, Func<string> otherwise, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(otherwise);
        var end = Clock.GetUtcNow() + (within ?? TimeSpan.FromMinutes(10));
        var started = Stopwatch.StartNew();
        while (!await Holds(condition))
        {
            if (Clock.GetUtcNow() >= end || started.Elapsed > GiveUpAfter)
                throw new TimeoutException(otherwise());
            Clock.Advance(TimeSpan.FromSeconds(1));
            await _stillness.ReachedAsync();
        }
    }

    /// <summary>Breaks or repairs a simulated GPU on every silo.</summary>
    public void SetGpuFailed(string gpu, bool failed = true) => OnEveryFleet(fleet => fleet.SetFailed(new GpuId(gpu), failed));

    /// <summary>Makes the work that runs on a simulated GPU stop advancing while it keeps the GPU busy.</summary>
    public void HangGpu(string gpu) => OnEveryFleet(fleet => fleet.Hang(new GpuId(gpu)));

    /// <summary>Kills a silo without farewell.</summary>
    public Task KillAsync(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private void OnEveryFleet(Action<SimulatedFleet> action)
    {
        foreach (var silo in _cluster.Silos)
            action(_cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<SimulatedFleet>());
    }

    /// <summary>Asks several times before time moves on: what was set off by the last step may still be on its way.</summary>
    private static async Task<bool> Holds(Func<Task<bool>> condition)
    {
        for (var attempt = 0; attempt < 4; attempt++)
        {
            try
            {
                if (await condition())
                    return true;
            }
            catch (Exception fault) when (fault is OrleansException or InvalidOperationException or IOException)
            {
                // A grain is moving between activations, or met a fault of storage that the test ordered; the next try finds it.
            }
            await Task.Yield();
        }
        return false;
    }
}

/// <summary>How a test factory is made.</summary>
public sealed class TestFactoryOptions
{
    /// <summary>Silos in the test's process. Default 1.</summary>
    public short Silos { get; set; } = 1;

    /// <summary>Storage of an earlier factory, to start again on what it left; a new one when null.</summary>
    public TestStorage? Storage { get; set; }

    /// <summary>Changes the grains' settings.</summary>
    public Action<FactoryOptions>? Configure { get; set; }

    /// <summary>Least level that is logged to the console. Default none.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.None;
}
