using ControlPlane.Grains;
using ControlPlane.Grains.Storage;
using ControlPlane.Host.Agents;
using ControlPlane.Host.Endpoints;
using ControlPlane.Host.Examples;
using ControlPlane.Host.Exchange;
using ControlPlane.Host.Options;
using ControlPlane.Host.Security;
using ControlPlane.Web;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace ControlPlane.Host;

/// <summary>Puts the host together: silo, API, page, agents' door, telemetry.</summary>
internal static class FactoryHost
{
    public static async Task<WebApplication> Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
        });
        HostSettings.Add(builder, args);
        builder.Logging.AddFilter((category, level) =>
            level >= (category?.StartsWith("ControlPlane", StringComparison.Ordinal) == true ? LogLevel.Information : LogLevel.Warning));
        var host = HostSettings.Read<FactoryHostOptions>(builder, "Host");
        var storage = HostSettings.Read<StorageOptions>(builder, "Storage");
        var data = Path.GetFullPath(host.Data);
        Directory.CreateDirectory(data);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<FactoryReadiness>();
        builder.Services.AddSingleton(new AgentToken(SecretFile.Open(data, "agent-token")));
        builder.Services.AddSingleton(SecretFile.Open(data, "api-key"));
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        // So that what is wrong with a body is answered by Failures, with a sentence, not by an empty 400.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddSingleton<DcgmMetrics>();
        builder.Services.AddGrpc();
        builder.Services.AddPlanning(data);
        var tls = AgentTls.Of(host);
        builder.Services.AddSingleton(tls);
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, host, tls));
        await AddSilo(builder, host, storage, data);
        builder.Services.AddHostedService<ExampleFactory>();
        if (host.StartAgent)
            builder.Services.AddHostedService<LocalAgent>();
        if (!host.Empty && host.Workload)
            builder.Services.AddHostedService<ExampleJobs>();
        builder.Services.AddHostedService<HallMetrics>();
        if (host.Summary)
            builder.Services.AddHostedService<LiveSummary>();
        HostTelemetry.Add(builder);
        AddExchange(builder);
        return Map(builder.Build(), host);
    }

    private static void Listen(KestrelServerOptions kestrel, FactoryHostOptions host, AgentTls tls)
    {
        var address = System.Net.IPAddress.Parse(host.Address);
        kestrel.Limits.MaxRequestBodySize = 16 * 1024 * 1024;
        kestrel.Listen(address, host.Port, listen => listen.Protocols = HttpProtocols.Http1AndHttp2);
        // Without TLS there is no negotiation of the version, and gRPC needs HTTP/2: it gets a port of its own.
        kestrel.Listen(address, host.AgentPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (tls.IsOn)
                listen.UseHttps(tls.Rules);
        });
    }

    private static async Task AddSilo(WebApplicationBuilder builder, FactoryHostOptions host, StorageOptions storage, string data)
    {
        var sqlite = $"Data Source={Path.Combine(data, "factory.db")};Pooling=True";
        if (storage.Provider == "sqlite")
            await StorageSchema.EnsureSqlite(sqlite);
        else
            await StorageSchema.EnsurePostgreSql(storage.ConnectionString);
        builder.Host.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(host.SiloPort, host.GatewayPort);
            silo.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("factory", "factory"));
            if (storage.Provider == "sqlite")
                silo.AddSqliteStorage(sqlite);
            else
                silo.AddPostgreSqlStorage(storage.ConnectionString);
            silo.AddFactory();
        });
        builder.Services.AddOptions<FactoryOptions>().Bind(builder.Configuration.GetSection("Factory"), HostSettings.Strict)
            .PostConfigure<IOptions<FactoryHostOptions>>((factory, settings) => factory.TimeScale = settings.Value.TimeScale)
            .ValidateDataAnnotations().ValidateOnStart();
    }

    private static void AddExchange(WebApplicationBuilder builder)
    {
        var exchange = HostSettings.Read<ExchangeOptions>(builder, "Exchange");
        if (!exchange.Enabled)
            return;
        builder.Services.AddSingleton(exchange);
        if (exchange.Embedded)
            builder.Services.AddHostedService<EmbeddedBroker>();
        builder.Services.AddSingleton<ExchangeLink>().AddSingleton<BuildingBridge>().AddSingleton<FlexAgent>();
        builder.Services.AddHostedService<ExchangeService>();
    }

    private static WebApplication Map(WebApplication app, FactoryHostOptions host)
    {
        app.UseExceptionHandler(errors => errors.Run(Failures.Answer));
        app.UseApiKey(app.Services.GetRequiredService<SecretFile>());
        app.MapManifests();
        app.MapChanges();
        app.MapJobs();
        app.MapDecisions();
        app.MapGrid();
        app.MapPlanning();
        app.MapHalls();
        app.MapConditions();
        app.MapHealth();
        app.MapRemedies();
        app.MapLinks();
        app.MapSteps();
        app.MapPages();
        app.MapGrpcService<AgentLinkService>();
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapGet("/livez", () => Results.Text("live"));
        app.MapGet("/readyz", (FactoryReadiness readiness) =>
            readiness.IsReady ? Results.Text("ready") : Results.Text("starting", statusCode: StatusCodes.Status503ServiceUnavailable));
        return app;
    }
}
