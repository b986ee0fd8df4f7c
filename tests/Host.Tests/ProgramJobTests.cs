using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Programs as jobs, by factoryctl: the published example on both devices, a kill on the way, and refusals.</summary>
public sealed class ProgramJobTests
{
    private const string Node = "local-01-n00";

    [SkippableFact]
    public async Task The_published_program_comes_to_the_same_bits_on_the_processor_and_through_the_CUDA_device()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        host.StartAgent(Node, new Dictionary<string, string>(), "--devices", "cpu");
        var onProcessor = await Run(host, "on-processor");
        await host.StopAgents();
        host.StartAgent(Node, new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double" }, "--devices", "cuda");
        var onDouble = await Run(host, "on-double");

        Assert.NotEqual(onProcessor.Device, onDouble.Device);
        Assert.Equal((onProcessor.Checksum, onProcessor.LastLoss, onProcessor.PeakMemoryBytes), (onDouble.Checksum, onDouble.LastLoss, onDouble.PeakMemoryBytes));
        Assert.True(onProcessor.LastLoss < onProcessor.FirstLoss, $"the loss went from {onProcessor.FirstLoss} to {onProcessor.LastLoss}");
    }

    [SkippableFact]
    public async Task A_program_whose_agent_was_killed_goes_on_from_its_checkpoint()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        string[] arguments = ["--devices", "cpu", "--journal", Path.Combine(host.Data, "journal-of-agent")];
        host.StartAgent(Node, new Dictionary<string, string>(), arguments);
        var submitted = await host.Factoryctl("submit", "-f", await Manifest(host, "interrupted", outer: 1500, inner: 20));
        Assert.True(submitted.Code == 0, submitted + host.Log);
        JobResponse? job = null;
        await host.Until(async () => (job = await host.Get<JobResponse>("/v1/jobs/interrupted")) is { Progress: > 0, Loss: > 0 }, "the program did not get on");
        Assert.InRange(job!.Progress!.Value, 0, 1);
        Assert.Contains("% of its steps", (await host.Factoryctl("job", "interrupted")).Output, StringComparison.Ordinal);

        await host.StopAgents();
        host.StartAgent(Node, new Dictionary<string, string>(), arguments);

        await host.Until(async () => (job = await host.Get<JobResponse>("/v1/jobs/interrupted")) is { Phase: "succeeded" or "failed" }, "the program did not end");
        Assert.True(job.Phase == "succeeded", job.Message + host.Log);
        Assert.True(job.Attempts > 1 && job.Kernel!.WentOnFrom > 0, $"{job.Attempts} attempts, went on from {job.Kernel!.WentOnFrom}: {job.Message}");
        Assert.Contains("went on from step", job.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_cannot_run_is_refused_with_file_line_and_field()
    {
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var file = await Manifest(host, "broken", 2, 2);
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("kernel: gelu,", "kernel: gelo,", StringComparison.Ordinal).Replace("{name: hidden, count: 4096}", "{name: hidden, count: 40}", StringComparison.Ordinal));

        var refused = await host.Factoryctl("submit", "-f", file);

        Assert.Equal(2, refused.Code);
        var line = Array.FindIndex(text.Split('\n'), words => words.Contains("kernel: gelu,", StringComparison.Ordinal)) + 1;
        Assert.Contains($"broken.yaml:{line}:", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains("spec.program.steps[0].loop.steps[0].loop.steps[4].kernel: Programs have no kernel \"gelo\"", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"hidden\" has 40 elements, but sgemm of these sizes takes 4096", refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task<KernelResponse> Run(RunningHost host, string name)
    {
        var ran = await host.Factoryctl("submit", "--wait", "-o", "json", "-f", await Manifest(host, name, 2, 2));
        Assert.True(ran.Code == 0, ran + host.Log);
        return JsonSerializer.Deserialize<JobResponse>(ran.Output, JsonSerializerOptions.Web)!.Kernel!;
    }

    private static async Task<string> Manifest(RunningHost host, string name, int outer, int inner)
    {
        var example = await File.ReadAllTextAsync(Path.Combine(Programs.Root, "infra", "examples", "jobs", "program.yaml"));
        var file = Path.Combine(host.Data, name + ".yaml");
        await File.WriteAllTextAsync(file, example.Replace("learn-tokens", name, StringComparison.Ordinal)
            .Replace("times: 10\n", $"times: {outer}\n", StringComparison.Ordinal).Replace("times: 20\n", $"times: {inner}\n", StringComparison.Ordinal));
        return file;
    }
}
