using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>Armed caps on devices that an agent owns: from an operator's word through host and agent to the card, and back.</summary>
public class ArmedCapTests
{
    private const string Gpu = "h100-01-n00-g0";

    private const string Hall = """
        {apiVersion: factory/v1, kind: Site, metadata: {name: site}, spec: {jurisdiction: EU}}
        ---
        {apiVersion: factory/v1, kind: Hall, metadata: {name: hall-a}, spec: {site: site}}
        ---
        {apiVersion: factory/v1, kind: PowerDomain, metadata: {name: feed}, spec: {hall: hall-a, type: feed, rating: 100kW}}
        ---
        {apiVersion: factory/v1, kind: CoolingLoop, metadata: {name: air}, spec: {hall: hall-a, type: air, capacity: 100kW}}
        ---
        {apiVersion: factory/v1, kind: Fabric, metadata: {name: net}, spec: {hall: hall-a, type: infiniband, racksPerLeaf: 4, leafUplink: 1Tbps}}
        ---
        {apiVersion: factory/v1, kind: Queue, metadata: {name: research}, spec: {}}
        ---
        {apiVersion: factory/v1, kind: Rack, metadata: {name: h100}, spec: {hall: hall-a, type: DGX-H100-x4, count: 1, powerDomain: feed, airZone: air, fabric: net, devices: agent}}
        """;

    [SkippableFact]
    public async Task An_emergency_caps_a_card_at_work_and_gives_its_limit_back_afterwards()
    {
        await using var host = await WithCard();
        var order = Order(host);

        var standing = (await host.Get<HallResponse>("/v1/halls/hall-a")).Power.Single(one => one.Parent is null).CommittedWatts;
        await File.WriteAllTextAsync(order, "hang");
        var submitted = host.Factoryctl("kernel", "triad", "--size", "n=5000", "--job", "hangs");
        await host.Until(async () => !File.Exists(order) && (await Card(host)).Jobs.Contains("hangs"), "the kernel does not run");

        var asked = await host.Factoryctl("limit", "feed", FormattableString.Invariant($"{standing + 100}W"), "--emergency", "--reason", "a UPS is lost");
        Assert.True(asked.Code == 0, asked.ToString());
        await host.Until(async () => await Card(host) is { CapWatts: >= 200 and < 700 } card && card.LimitWatts == card.CapWatts && card.PowerWatts == card.LimitWatts, "the card is not capped");
        Assert.Contains("armed cap", (await host.Factoryctl("gpu", Gpu)).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await host.Factoryctl("limit", "feed")).Code);
        Assert.Equal(0, (await host.Factoryctl("cancel", "hangs")).Code);
        await host.Until(async () => await Card(host) is { CapWatts: null, LimitWatts: 700 }, "the card's limit does not come back");
        await submitted;
    }

    [SkippableFact]
    public async Task A_feed_that_is_to_carry_less_lowers_the_limit_of_a_kernel_that_accepts_it_and_gives_it_back()
    {
        await using var host = await WithCard();
        await File.WriteAllTextAsync(Order(host), "hang");
        await Manifest.Use(
            """
            apiVersion: factory/v1
            kind: Job
            metadata: {name: flexible}
            spec:
              queue: research
              tasks: [{gpus: 1}]
              powerPercents: [100, 60]
              kernel: {name: triad, sizes: {n: 5000}}
            """,
            async file => Assert.True(await host.Factoryctl("submit", "-f", file) is { Code: 0 }, "the job is not accepted"));
        await host.Until(async () => !File.Exists(Order(host)) && (await Card(host)).Jobs.Contains("flexible"), "the kernel does not run");
        var feed = await Feed(host);
        var asked = feed.CommittedWatts - 200;
        Assert.Equal(0, (await host.Factoryctl("limit", "feed", FormattableString.Invariant($"{asked}W"))).Code);
        await host.Until(async () => (await Feed(host)).LimitWatts == asked && await Card(host) is { LimitWatts: 420, PowerWatts: 420, CapWatts: null }, "the card does not draw less");
        Assert.True((await Feed(host)).CommittedWatts <= asked);
        Assert.Contains("60 % of its power limit", (await host.Factoryctl("job", "flexible")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await host.Factoryctl("limit", "feed")).Code);
        await host.Until(async () => await Card(host) is { LimitWatts: 700 }, "the card's limit does not come back");
        Assert.Equal(0, (await host.Factoryctl("cancel", "flexible")).Code);
    }

    private static string Order(RunningHost host) => Path.Combine(host.Data, "fault");

    private static async Task<PowerResponse> Feed(RunningHost host) => (await host.Get<HallResponse>("/v1/halls/hall-a")).Power.Single(one => one.Parent is null);

    // A host with one node of agents, whose card of the double draws 650 W and accepts limits from 200 to 700 W.
    private static async Task<RunningHost> WithCard()
    {
        KernelDeviceTests.RequireNative();
        var host = await RunningHost.Start("--empty", "--workload", "false", "--start-agent", "false");
        host.StartAgent("h100-01-n00", new Dictionary<string, string>
        {
            ["FACTORY_CUDA_LIBRARY"] = "double",
            ["FACTORY_DOUBLE_FAULT_FILE"] = Order(host),
            ["FACTORY_NVML_LIBRARY"] = "double",
            ["FACTORY_DOUBLE_MILLIWATTS"] = "650000",
            ["FACTORY_DOUBLE_LIMIT_RANGE"] = "200000:700000",
        }, "--devices", "cuda", "--kernel-timeout", "300");
        await Manifest.Use(Hall, async file => Assert.True(await host.Factoryctl("apply", "-f", file) is { Code: 0 }, "the hall is not accepted"));
        await host.Until(async () => (await Card(host)).LimitWatts == 700, "the card's limit is not known");
        return host;
    }

    private static Task<GpuResponse> Card(RunningHost host) => host.Get<GpuResponse>("/v1/gpus/" + Gpu);
}
