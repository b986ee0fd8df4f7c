using ControlPlane.Agent.Execution;
using ControlPlane.Agent.Link;
using ControlPlane.Agent.Tenants;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Agent;

/// <summary>Puts the agent's parts together and runs them until the process is asked to end.</summary>
internal static class AgentProcess
{
    public static async Task<int> RunAsync(AgentOptions options, CancellationToken cancellation)
    {
        var flaws = options.Flaws().ToList();
        Tenancy? tenancy = null;
        if (flaws.Count == 0 && options.TenantUser is { } name)
            (tenancy, flaws) = await Tenancy.PrepareAsync(name, options).ConfigureAwait(false);
        if (flaws.Count > 0)
        {
            flaws.ForEach(Console.Error.WriteLine);
            return 2;
        }
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Services.AddSystemd();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(tenancy ?? Tenancy.None);
        builder.Services.AddSingleton<ReportBox>();
        builder.Services.AddSingleton<EventBox>();
        builder.Services.AddSingleton<Journal>();
        builder.Services.AddSingleton<Node>();
        builder.Services.AddSingleton<LeaseWatch>();
        builder.Services.AddHostedService<HostLink>();
        if (options.ExitWithParent)
            builder.Services.AddHostedService<ParentWatch>();
        using var host = builder.Build();
        await host.RunAsync(cancellation).ConfigureAwait(false);
        return 0;
    }
}
