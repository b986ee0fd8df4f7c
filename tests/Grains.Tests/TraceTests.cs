using System.Collections.Concurrent;
using System.Diagnostics;
using ControlPlane.Grains.Jobs;
using ControlPlane.Testing;

namespace ControlPlane.Grains.Tests;

public class TraceTests
{
    [Fact]
    public async Task One_trace_follows_a_job_from_its_submission_to_its_GPUs()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == FactoryTelemetry.Name || source.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var factory = await TestFactory.StartAsync(TestHall.Named().With("DGX-H100-x4", 1, "h100"));

        ActivityTraceId trace;
        using (var submit = FactoryTelemetry.Source.StartActivity("test.submit"))
        {
            trace = submit!.TraceId;
            await factory.SubmitAsync("traced", TestJobs.Gang(gpus: 2, seconds: 5));
        }
        await factory.RunUntilAsync("traced", JobPhase.Succeeded);

        var way = spans.Where(span => span.TraceId == trace).Select(span => span.OperationName).ToList();
        Assert.Contains("placement.decide", way);
        Assert.Equal(2, way.Count(name => name == "gpu.run"));
    }
}
