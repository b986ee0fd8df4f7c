using ControlPlane.Domain;
using ControlPlane.Grains;
using ControlPlane.Grains.Sites;
using ControlPlane.Host.Options;
using Microsoft.Extensions.Options;

namespace ControlPlane.Host.Examples;

/// <summary>Loads the example factory into an empty one, at first start.</summary>
internal sealed class ExampleFactory(IGrainFactory grains, IOptions<FactoryHostOptions> options, FactoryReadiness readiness, ILogger<ExampleFactory> log)
    : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Empty)
            await Load();
        await grains.Factory().Wake();
        readiness.IsReady = true;
    }

    private async Task Load()
    {
        var objects = await grains.Factory().Objects();
        if (objects.Manifests.Count > 0)
            return;
        var folder = Path.Combine(AppContext.BaseDirectory, "examples", "factory");
        var files = Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .Select(file => new ManifestFile(Path.GetFileName(file), File.ReadAllText(file))).ToValueList();
        var answer = await grains.Factory().Apply(files, dryRun: false);
        if (answer.Errors.Count > 0)
            throw new InvalidOperationException("The example factory is not valid: " + string.Join("; ", answer.Errors));
        log.LogInformation("Loaded the example factory: {Objects} objects", answer.Changes.Count);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Whether the factory answers: halls have their layouts.</summary>
internal sealed class FactoryReadiness
{
    /// <summary>True once the factory has been woken.</summary>
    public volatile bool IsReady;
}
