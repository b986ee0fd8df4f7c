using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>A tenant's own kernel as a job, by factoryctl: refused by default, and run where site and agent allow it.</summary>
public sealed class TenantKernelJobTests
{
    private const string Node = "local-01-n00";

    private static string Example => Path.Combine(Programs.Root, "infra", "examples", "jobs", "tenant-kernel.yaml");

    [SkippableFact]
    public async Task A_tenant_s_kernel_is_refused_until_the_site_and_the_agent_allow_it()
    {
        KernelDeviceTests.RequireNative();
        Skip.If(!Environment.IsPrivilegedProcess, "only root can start another user's process");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            Skip.If((folder.UnixFileMode & UnixFileMode.OtherExecute) == 0, $"another user cannot read what is in {folder}");
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var refused = await host.Factoryctl("submit", "-f", Example);
        Assert.Equal(1, refused.Code);
        Assert.Contains("The job brings kernels of its own, and the site of hall-a takes none", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains("tenantKernels: true", (await host.Factoryctl("plan", "-f", Example)).ToString(), StringComparison.Ordinal);

        var site = Path.Combine(host.Data, "site.yaml");
        await File.WriteAllTextAsync(site, "apiVersion: factory/v1\nkind: Site\nmetadata: {name: west-texas}\nspec: {jurisdiction: us-tx, gridRegion: ercot, tenantKernels: true}\n");
        Assert.Equal(0, (await host.Factoryctl("apply", "-f", site)).Code);
        var environment = new Dictionary<string, string> { ["FACTORY_CUDA_LIBRARY"] = "double" };
        host.StartAgent(Node, environment, "--devices", "cuda");
        var unwilling = await Submit(host, "unwilling", Text("unwilling"));
        Assert.Equal("failed", unwilling.Phase);
        Assert.Contains($"node {Node} runs no kernels of tenants' own: its agent was started without --tenant-user", unwilling.Message, StringComparison.Ordinal);

        await host.StopAgents();
        host.StartAgent(Node, environment, "--devices", "cuda", "--tenant-user", "nobody");
        var ran = await Submit(host, "allowed", Text("allowed"));
        Assert.True(ran.Phase == "succeeded", ran.Message + host.Log);
        Assert.Equal(61, ran.Kernel!.Repetitions);

        // The same kernel from a file beside the manifest comes to the same.
        var (manifest, ptx) = Split(Text("from-a-file"));
        await File.WriteAllTextAsync(Path.Combine(host.Data, "damped.ptx"), ptx);
        var fromFile = await Submit(host, "from-a-file", manifest);
        Assert.Equal(("succeeded", ran.Kernel.Checksum), (fromFile.Phase, fromFile.Kernel!.Checksum));

        var broken = await Submit(host, "broken", Text("broken").Replace("st.global.f32 [%rd4], %f4;", "trap;", StringComparison.Ordinal));
        Assert.Equal("failed", broken.Phase);
        Assert.Contains("cuda-719", broken.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await host.Factoryctl("kernel", "triad", "--size", "n=5000")).Code); // The GPU is none the worse.
    }

    [Fact]
    public async Task A_kernel_that_cannot_run_is_refused_with_file_line_and_field()
    {
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var text = Text("bad");
        var bomb = await Refused(host, text.Replace(".reg .pred %p<2>;", ".reg .pred %p<2>; .shared .b8 s[99999999999];", StringComparison.Ordinal));
        Assert.Contains("bad.yaml:", bomb, StringComparison.Ordinal);
        Assert.Contains("spec.program.kernels[0].ptx: PTX line 14: with this the module declares 99999999999 bytes of shared memory; at most 49152 are allowed", bomb, StringComparison.Ordinal);
        Assert.Contains("spec.program.steps[0].loop.steps[0].grid[0]: '-16' is out of range", await Refused(host, text.Replace("grid: [16]", "grid: [-16]", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Grid and block come to", await Refused(host, text.Replace("grid: [16]", "grid: [2147483647, 60000]", StringComparison.Ordinal)), StringComparison.Ordinal);

        var (manifest, ptx) = Split(text);
        var missing = await Refused(host, manifest);
        var line = Array.FindIndex(manifest.Split('\n'), words => words.StartsWith("        ptxFile:", StringComparison.Ordinal)) + 1;
        Assert.Contains($"bad.yaml:{line}:", missing, StringComparison.Ordinal);
        Assert.Contains("spec.program.kernels[0].ptxFile: names", missing, StringComparison.Ordinal);
        Assert.Contains("cannot be read", missing, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(host.Data, "damped.ptx"), ptx.Replace("sm_80", "sm_1", StringComparison.Ordinal));
        Assert.Contains("PTX line 3: the target 'sm_1' is not known", await Refused(host, manifest), StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(host.Data, "damped.ptx"), new string(' ', 2 << 20));
        Assert.Contains("which has 2097152 bytes", await Refused(host, manifest), StringComparison.Ordinal);
    }

    private static string Text(string name) => File.ReadAllText(Example).Replace("damped-waves", name, StringComparison.Ordinal);

    // The manifest with the PTX in a file of its own, and that file.
    private static (string Manifest, string Ptx) Split(string text)
    {
        var from = text.IndexOf("        ptx: |\n", StringComparison.Ordinal);
        var to = text.IndexOf("    buffers:\n", from, StringComparison.Ordinal);
        var ptx = text[(text.IndexOf('\n', from) + 1)..to];
        return (text[..from] + "        ptxFile: damped.ptx\n" + text[to..], string.Join('\n', ptx.Split('\n').Select(line => line.Length > 10 ? line[10..] : "")));
    }

    private static async Task<JobResponse> Submit(RunningHost host, string name, string text)
    {
        var file = Path.Combine(host.Data, name + ".yaml");
        await File.WriteAllTextAsync(file, text);
        var ended = await host.Factoryctl("submit", "--wait", "-o", "json", "-f", file);
        Assert.True(ended.Code is 0 or 1, ended + host.Log);
        return JsonSerializer.Deserialize<JobResponse>(ended.Output, JsonSerializerOptions.Web)!;
    }

    private static async Task<string> Refused(RunningHost host, string text)
    {
        var file = Path.Combine(host.Data, "bad.yaml");
        await File.WriteAllTextAsync(file, text);
        var ended = await host.Factoryctl("submit", "-f", file);
        Assert.Equal(2, ended.Code);
        return ended.ToString();
    }
}
