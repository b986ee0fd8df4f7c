using ControlPlane.Domain.Manifests;

namespace ControlPlane.Host.Tests;

/// <summary><c>factoryctl probe</c>, from the command line to a device and back into a file that planning reads.</summary>
public class ProbeCommandTests
{
    private const string Shape = "layers=2,hidden=32,heads=4,keyValueHeads=2,headWidth=16,feedForward=48,vocabulary=100";

    [SkippableFact]
    public async Task A_device_of_the_factory_is_measured_and_its_curve_is_kept()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        host.StartAgent("local-01-n00", new Dictionary<string, string>
        {
            ["FACTORY_CUDA_LIBRARY"] = "double",
            ["FACTORY_NVML_LIBRARY"] = "double",
            ["FACTORY_DOUBLE_LIMIT_RANGE"] = "200000:700000",
            ["FACTORY_DOUBLE_MILLIJOULES"] = "5000",
        }, "--devices", "cuda");
        var file = Path.Combine(host.Data, "curve.yaml");
        var ran = await host.Factoryctl("probe", "--model", "tiny", "--shape", Shape, "--batch", "1", "2", "--context", "16", "--prompt", "4", "--repetitions", "1", "--limit", "100", "50", "--save", file, "--job", "measured");
        Assert.True(ran.Code == 0, ran.ToString());
        Assert.Matches("(?m)decode +batch 2, 16 tokens, 350 W: [0-9.]+ tokens/s, 0 J/token", ran.Output);
        var reading = ManifestReader.Read(await File.ReadAllTextAsync(file), file, DeviceCurveSpec.Kinds);
        Assert.Empty(reading.Errors);
        var curve = (DeviceCurveSpec)Assert.Single(reading.Manifests).Spec;
        Assert.Equal(("tiny", 6, null), (curve.Model, curve.Points.Count, curve.Gpu));
        Assert.Equal([700.0, 700, 700, 350, 350, 350], curve.Points.Select(point => point.Limit!.Value.Value));
        Assert.Contains("points measured", (await host.Factoryctl("job", "measured")).Output, StringComparison.Ordinal);

        var refused = await host.Factoryctl("probe", "--model", "gpt-9");
        Assert.Equal(2, refused.Code);
        Assert.Contains("give its shape, or one of: small", refused.Errors, StringComparison.Ordinal);
        foreach (var (shape, why) in new[] { ("layers=2", "has no hidden"), (Shape + ",wheels=4", "has no wheels"), ("layers=x", "no part of a model's shape"), (Shape.Replace("keyValueHeads=2", "keyValueHeads=3", StringComparison.Ordinal), "do not divide 4 heads") })
        {
            var wrong = await host.Factoryctl("probe", "--model", "tiny", "--shape", shape);
            Assert.True(wrong.Code == 2 && wrong.Errors.Contains(why, StringComparison.Ordinal), wrong.ToString());
        }
        Assert.Equal(2, (await host.Factoryctl("probe", "--batch", "0")).Code);
    }
}
