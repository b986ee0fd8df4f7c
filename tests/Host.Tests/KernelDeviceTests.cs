using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Kernels as jobs, by factoryctl, on the processor and through the CUDA device on the driver double.</summary>
public class KernelDeviceTests
{
    private const string Node = "local-01-n00";
    private const string Gpu = Node + "-g0";

    private static readonly string[][] Kernels =
    [
        ["sgemm", "m=70", "n=40", "k=30"], ["triad", "n=5000"], ["reduction", "n=5000"], ["softmax", "rows=7", "cols=300"],
        ["decode-attention", "heads=2", "tokens=60", "dim=64"], ["memory-pattern", "bytes=65536", "walks=1"],
        ["bf16-gemm-nt", "m=20", "n=40", "k=30", "batch=2", "tensor=0"], ["prefill-attention", "heads=4", "tokens=40", "dim=16", "group=2"],
        ["layer-norm-backward", "rows=7", "cols=130"], ["adamw", "n=5000"], ["burn", "n=40", "rounds=2"],
    ];

    [SkippableFact]
    public async Task Kernels_give_the_same_bits_on_the_processor_and_through_the_CUDA_device()
    {
        RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        host.StartAgent(Node, new Dictionary<string, string>(), "--devices", "cpu");
        await host.Until(async () => await DeviceOf(host) is not null, "the processor's agent did not connect");
        var onProcessor = await RunAll(host, "cpu");
        await host.StopAgents();
        host.StartAgent(Node, new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double" }, "--devices", "cuda");
        await host.Until(async () => (await DeviceOf(host))?.Contains("double", StringComparison.OrdinalIgnoreCase) == true, "the double's agent did not connect");
        var onDouble = await RunAll(host, "cuda");

        for (var index = 0; index < Kernels.Length; index++)
        {
            Assert.NotEqual(onProcessor[index].Device, onDouble[index].Device);
            Assert.True(onProcessor[index].Checksum == onDouble[index].Checksum, $"{Kernels[index][0]} differs between the devices.");
            Assert.True(onDouble[index].Checked);
        }
    }

    [SkippableTheory]
    [InlineData("illegal-address", "cuda-700", "degraded")]
    [InlineData("launch-timeout", "cuda-702", "degraded")]
    [InlineData("crash", "executor-crashed", "degraded")]
    [InlineData("hang", "timed-out", "degraded")]
    [InlineData("ecc", "cuda-214", "failed")]
    [InlineData("bit-flip", "wrong-result", "failed")]
    [InlineData("device-lost", "cuda-46", "failed")]
    [InlineData("out-of-memory", "cuda-2", "healthy")]
    public async Task A_driver_s_fault_reaches_the_job_and_the_device_s_health(string fault, string code, string health)
    {
        RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var order = Path.Combine(host.Data, "fault");
        await File.WriteAllTextAsync(order, fault);
        host.StartAgent(
            Node, new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double", ["FACTORY_DOUBLE_FAULT_FILE"] = order }, "--devices", "cuda", "--kernel-timeout", "5");

        var ran = await host.Factoryctl("kernel", "triad", "--size", "n=5000", "--repetitions", "1", "--job", "faulty");
        Assert.Equal(1, ran.Code);
        Assert.True(ran.Output.Contains(code, StringComparison.Ordinal), ran + host.Log);
        await host.Until(
            async () => (await host.Get<GpuResponse>("/v1/gpus/" + Gpu)).Health.StartsWith(health, StringComparison.Ordinal), $"the device did not become {health}");
        if (health == "failed")
        {
            // Placement knows: the next kernel is not sent to the device.
            await host.Until(async () => (await host.Factoryctl("events", "--count", "200")).Output.Contains($"Gpu/{Gpu}", StringComparison.Ordinal), "the hall did not hear of it");
            return;
        }
        var next = await host.Factoryctl("kernel", "triad", "--size", "n=5000");
        Assert.True(next.Code == 0, next + host.Log);
    }

    private static async Task<List<KernelResponse>> RunAll(RunningHost host, string suffix)
    {
        var results = new List<KernelResponse>();
        foreach (var kernel in Kernels)
        {
            var ran = await host.Factoryctl(["kernel", kernel[0], "--repetitions", "2", "--job", $"{kernel[0]}-{suffix}", "-o", "json", "--size", .. kernel[1..]]);
            Assert.True(ran.Code == 0, ran + host.Log);
            results.Add(JsonSerializer.Deserialize<JobResponse>(ran.Output, JsonSerializerOptions.Web)!.Kernel!);
        }
        return results;
    }

    private static async Task<string?> DeviceOf(RunningHost host) => (await host.Get<GpuResponse>("/v1/gpus/" + Gpu)).Device;

    internal static void RequireNative()
    {
        var isBuilt = Directory.GetFiles(Path.GetDirectoryName(Programs.Agent)!, "libfactory_cuda_double.so", SearchOption.AllDirectories).Length > 0;
        Assert.True(isBuilt || Environment.GetEnvironmentVariable("CI") != "true", "The compute library must be built here.");
        Skip.IfNot(isBuilt, "The compute library was not built: install cmake and a C++ compiler.");
    }
}
