using ControlPlane.Grains;
using ControlPlane.Host.Agents;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ControlPlane.Host;

/// <summary>Traces of a job's whole way, metrics for <c>/metrics</c>, and export by OTLP where an endpoint is configured.</summary>
internal static class HostTelemetry
{
    public static void Add(WebApplicationBuilder builder)
    {
        var exports = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("factory-host"));
        telemetry.WithTracing(traces =>
        {
            traces.AddSource(FactoryTelemetry.Name, "Microsoft.Orleans.Application").AddAspNetCoreInstrumentation();
            if (exports)
                traces.AddOtlpExporter();
        });
        if (exports)
            telemetry.WithLogging(logs => logs.AddOtlpExporter());
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(FactoryTelemetry.Name, DcgmMetrics.MeterName, "Microsoft.Orleans")
                .AddView(instrument => instrument.Meter.Name == DcgmMetrics.MeterName ? new MetricStreamConfiguration { CardinalityLimit = DcgmMetrics.MostCards } : null)
                .AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddPrometheusExporter();
            if (exports)
                metrics.AddOtlpExporter();
        });
    }
}
