using System.Text.Json;
using System.Text.RegularExpressions;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>A card's readings under the names that dashboards for dcgm-exporter ask for.</summary>
public partial class DcgmMetricsTests
{
    private const string Node = "local-01-n00";

    [SkippableFact]
    public async Task What_a_card_reads_is_told_with_its_labels_and_what_it_does_not_say_is_not()
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        var xid = Path.Combine(host.Data, "xid");
        host.StartAgent(Node, new Dictionary<string, string>
        {
            ["FACTORY_CUDA_LIBRARY"] = "double",
            ["FACTORY_NVML_LIBRARY"] = "double",
            ["FACTORY_DOUBLE_MILLIWATTS"] = "650000",
            ["FACTORY_DOUBLE_MILLIJOULES"] = "7200000",
            ["FACTORY_DOUBLE_MEMORY_CELSIUS"] = "77",
            ["FACTORY_DOUBLE_USED_BYTES"] = "1073741824",
            ["FACTORY_DOUBLE_MEMORY_BYTES"] = "8589934592",
            ["FACTORY_DOUBLE_PCIE"] = "4:16:4:16:5",
            ["FACTORY_DOUBLE_XID_FILE"] = xid,
        }, "--devices", "cuda");
        await host.Until(async () => (await host.Get<GpuResponse>($"/v1/gpus/{Node}-g0")).MemoryCelsius == 77, "the readings did not come");
        await File.WriteAllTextAsync(xid, "31");
        await host.Until(async () => (await Scrape(host)).GetValueOrDefault("DCGM_FI_DEV_XID_ERRORS") == "31", "the fault is not told");
        var told = await Scrape(host);
        Assert.Equal(
            ("650", "7200000", "77", "1024", "7168", "5"),
            (told["DCGM_FI_DEV_POWER_USAGE"], told["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"], told["DCGM_FI_DEV_MEMORY_TEMP"], told["DCGM_FI_DEV_FB_USED"], told["DCGM_FI_DEV_FB_FREE"], told["DCGM_FI_DEV_PCIE_REPLAY_COUNTER"]));
        Assert.DoesNotContain("DCGM_FI_DEV_GPU_TEMP", told.Keys); // Unknown, never zero.
        if (Published() is { } published)
            Assert.Empty(told.Keys.Except(published));
        await host.StopAgents();
        await host.Until(async () => (await Scrape(host)).Count == 0, "the card of an agent that is gone is still told");
    }

    private static async Task<Dictionary<string, string>> Scrape(RunningHost host) =>
        Series().Matches(await host.Http.GetStringAsync("/metrics")).ToDictionary(line => line.Groups["name"].Value, line => line.Groups["value"].Value);

    // The names that dcgm-exporter publishes, where the reference data is there.
    private static HashSet<string>? Published()
    {
        if (ExchangeSchemas.Folder is not { } folder)
            return null;
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "..", "dcgm_metrics.json")));
        return [.. file.RootElement.GetProperty("metrics").EnumerateArray().Select(metric => metric.GetProperty("name").GetString()!)];
    }

    [GeneratedRegex("""^(?<name>DCGM_\w+)\{(?=[^}]*gpu="0")(?=[^}]*Hostname="local-01-n00")[^}]*\} (?<value>\S+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Series();
}
