using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Api;

namespace ControlPlane.Host.Tests;

/// <summary>The grid and the building through a real broker: the one that the host embeds.</summary>
public class ExchangeTests
{
    private const string Leak = "BMS/v1/PUB/{0}/Rack/RackLeakDetect/nvidia/titan/pod1C/rowE/rack02/leakStatus/state/rValue";
    private const string State = "grid/v1/dsx-flex-agent/factory/powerstate/status";
    private const string Breach = "grid/v1/dsx-flex-agent/factory/powerbreach";

    [SkippableFact]
    public async Task A_buildings_log_drives_power_temperature_and_leak_state_of_racks()
    {
        Skip.If(ExchangeSchemas.Folder is null, "The reference data is absent: put 'shared' beside a parent folder of the tests.");
        var port = Programs.FreePorts(1)[0];
        await using var host = await Start(port, new() { ["Exchange__Racks__Pod1C-E02"] = "h100-01", ["Exchange__Racks__Pod1C-E03"] = "h100-02" });
        var replayed = await Programs.Run(Programs.Cli, ["exchange", "replay", "--csv", Path.Combine(ExchangeSchemas.Folder, "fixtures", "dsx_exemplar.csv"), "--broker", $"127.0.0.1:{port}", "--speed", "30"]);
        Assert.True(replayed.Code == 0, replayed.ToString());
        Assert.Contains("4711 messages", replayed.Output, StringComparison.Ordinal);
        await host.Until(async () => (await Rack(host, "h100-01")) is { ObservedWatts: 35207, SupplyCelsius: 31.94, ReturnCelsius: 42.09, Leaks: false }, "the building is not heard");
        await host.Until(async () => (await Rack(host, "h100-02")) is { ObservedWatts: 46904, SupplyCelsius: 32.75, ReturnCelsius: 46.11, Leaks: false }, "the second rack is not heard");
        Assert.Null((await Rack(host, "h100-03")).Leaks);

        await using var building = await ExchangeListener.Start(port, "BMS/v1/NICO/#", "BMS/v1/FACTORY/#");
        // A reading that cannot be trusted is no leak; one that can be closes the rack.
        await building.Value(Topic("Value"), 1, quality: 0);
        await building.Value("BMS/v1/PUB/Value/Rack/RackPower/nvidia/titan/pod1C/rowE/rack03/info/power/power/value", 47.5);
        await host.Until(async () => (await Rack(host, "h100-02")).ObservedWatts == 47500, "the later reading is not heard");
        Assert.False((await Rack(host, "h100-01")).Leaks);
        await building.Value(Topic("Value"), 1);
        await host.Until(async () => (await Rack(host, "h100-01")).Leaks == true, "the leak is not heard");
        var events = (await host.Get<EventsResponse>("/v1/halls/hall-a/events?count=1000")).Events;
        Assert.Contains(events, one => one is { Kind: "RackConditionChanged", Subject: "Rack/h100-01" });
        // The log's isolation points belong to another integration: nothing is asked of the building there.
        Assert.DoesNotContain(building.Heard, one => one.Topic.Contains("Isolation", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_leaking_trays_have_isolation_requested_where_the_building_names_this_product_and_nowhere_else()
    {
        var port = Programs.FreePorts(1)[0];
        await using var host = await Start(port, new() { ["Exchange__Racks__R1"] = "h100-01" });
        await using var building = await ExchangeListener.Start(port, "BMS/v1/FACTORY/#", "BMS/v1/OTHER/#");
        foreach (var (type, at, owner) in ((string, string, string)[])[
            ("RackLiquidIsolationRequest", "r1", "FACTORY"), ("RackElectricalIsolationRequest", "r1", "OTHER"),
            ("RackLeakDetectTray", "r1/tray1", "TRAYS"), ("RackLeakDetectTray", "r1/tray2", "TRAYS")])
        {
            await building.Publish($"BMS/v1/PUB/Metadata/Rack/{type}/{at}/state", $$"""
                {"objectType":"Rack","pointType":"{{type}}","rackLocationName":"R1","rackLocationId":"R1","integration":"{{owner}}","stateText":[{"value":0,"text":"no"},{"value":1,"text":"yes"}]}
                """);
        }
        const string Request = "BMS/v1/FACTORY/Value/Rack/RackLiquidIsolationRequest/r1/state";
        await building.Next(Request, message => message["value"]!.GetValue<double>() == 0);
        await building.Value("BMS/v1/TRAYS/Value/Rack/RackLeakDetectTray/r1/tray1/state", 1);
        // One who does not own the point says nothing.
        await building.Value("BMS/v1/OTHER/Value/Rack/RackLeakDetectTray/r1/tray2/state", 1);
        await host.Until(async () => (await Rack(host, "h100-01")).Leaks == true, "the leaking tray is not heard");
        Assert.DoesNotContain(building.Heard, message => message.Topic == Request && message.Payload["value"]!.GetValue<double>() == 1);
        await building.Value("BMS/v1/TRAYS/Value/Rack/RackLeakDetectTray/r1/tray2/state", 1);
        await building.Next(Request, message => message["value"]!.GetValue<double>() == 1);
        Assert.DoesNotContain(building.Heard, message => message.Topic.Contains("Electrical", StringComparison.Ordinal));
        Assert.All(building.Heard.Where(one => one.Topic.StartsWith("BMS/v1/FACTORY/", StringComparison.Ordinal)), one => Assert.Equal("", ExchangeSchemas.FaultsOf(one.Topic, one.Payload)));
    }

    [Fact]
    public async Task A_signed_load_target_limits_the_feed_and_a_breach_keeps_its_id_until_it_is_over()
    {
        var port = Programs.FreePorts(1)[0];
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keys = Path.GetTempFileName();
        await File.WriteAllTextAsync(keys, key.ExportSubjectPublicKeyInfoPem());
        await using var host = await Start(port, new() { ["Exchange__RequireSignatures"] = "true", ["Exchange__KeyFile"] = keys });
        await using var grid = await ExchangeListener.Start(port, "grid/v1/dsx-flex-agent/#");
        await grid.Next(State, _ => true);
        var (unsigned, forged, signed, lifted) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        const string Limit = """{"value":300,"unit":"kilowatt"}""";
        await grid.Publish("grid/v1/isv/acme/loadtarget/set", Target(unsigned, Targets(Limit)));
        await grid.Publish("grid/v1/isv/acme/loadtarget/set", Target(forged, Signed(Targets(Limit), stranger)));
        await grid.Publish("grid/v1/isv/acme/loadtarget/set", Target(signed, Signed(Targets(Limit), key)));
        var told = await grid.Next(State, message => Event(message) == "target_set");
        Assert.Equal(signed.ToString(), told["correlationid"]!.ToString());
        Assert.Single(told["data"]!["feeds"]!["utility-a"]!["targets"]!.AsArray());
        await host.Until(async () => (await Feed(host)).LimitWatts == 300_000, "the limit is not in force");

        await Meter(grid, 324);
        var active = await grid.Next(Breach, message => Status(message) == "active");
        await Meter(grid, 375);
        var escalated = await grid.Next(Breach, message => Status(message) == "escalated");
        await Meter(grid, 285);
        var resolved = await grid.Next(Breach, message => Status(message) == "resolved");
        Assert.Equal(("warning", "critical"), (active["data"]!["severity"]!.ToString(), escalated["data"]!["severity"]!.ToString()));
        Assert.Single(new[] { active, escalated, resolved }.Select(Id).Distinct());
        await Meter(grid, 330);
        await grid.Next(Breach, message => Status(message) == "active" && Id(message) != Id(active));

        await grid.Publish("grid/v1/isv/acme/loadtarget/set", Target(lifted, Signed(Targets("null"), key)));
        await grid.Next(State, message => Event(message) == "end_ramp_up");
        await host.Until(async () => (await Feed(host)).LimitWatts > 300_000, "the limit is not lifted");
        Assert.All(grid.Heard, one => Assert.Equal("", ExchangeSchemas.FaultsOf(one.Topic, one.Payload)));
        Assert.Contains("it is not signed", host.Log, StringComparison.Ordinal);
        Assert.Contains("no key that is trusted", host.Log, StringComparison.Ordinal);
        File.Delete(keys);
    }

    [Fact]
    public async Task A_breach_keeps_its_id_across_a_killed_host()
    {
        var port = Programs.FreePorts(1)[0];
        await using var host = await Start(port, []);
        string id;
        await using (var grid = await ExchangeListener.Start(port, "grid/v1/dsx-flex-agent/#"))
        {
            await grid.Next(State, _ => true);
            await grid.Publish("grid/v1/isv/acme/loadtarget/set", Target(Guid.NewGuid(), Targets("""{"value":300,"unit":"kilowatt"}""")));
            await host.Until(async () => (await Feed(host)).LimitWatts == 300_000, "the limit is not in force");
            await Meter(grid, 324);
            id = Id(await grid.Next(Breach, message => Status(message) == "active"));
        }
        await host.Kill();
        await host.Launch();
        await using var again = await ExchangeListener.Start(port, "grid/v1/dsx-flex-agent/#");
        // That it is still open was told while nobody listened; what comes next is told now.
        await Meter(again, 375);
        Assert.Equal(id, Id(await again.Next(Breach, message => Status(message) == "escalated")));
        await Meter(again, 285);
        Assert.Equal(id, Id(await again.Next(Breach, message => Status(message) == "resolved")));
    }

    [Fact]
    public async Task Wrong_settings_of_the_exchange_stop_the_start()
    {
        var ended = await Programs.Run(Programs.Host, ["--Exchange:Enabled=true", "--Exchange:RequireSignatures=true", "--Exchange:Site=a/b", "--data", Path.GetTempPath()]);
        Assert.NotEqual(0, ended.Code);
        Assert.Contains("Exchange:Site", ended.Errors + ended.Output, StringComparison.Ordinal);
    }

    private static Task<RunningHost> Start(int port, Dictionary<string, string> settings)
    {
        settings["Exchange__Enabled"] = settings["Exchange__Embedded"] = "true";
        settings["Exchange__Port"] = $"{port}";
        settings["Exchange__StatusPeriod"] = "00:00:01";
        return RunningHost.Start(settings, "--workload", "false", "--start-agent", "false");
    }

    private static async Task Meter(ExchangeListener grid, double kilowatts)
    {
        await grid.Publish("BMS/v1/PUB/Metadata/PowerMeter/ActivePower/main/power", """{"objectType":"PowerMeter","pointType":"ActivePower","engUnit":"kW","objectName":"main","objectId":"utility-a","servesId":[]}""");
        await grid.Value("BMS/v1/PUB/Value/PowerMeter/ActivePower/main/power", kilowatts);
    }

    private static string Topic(string kind) => Leak.Replace("{0}", kind, StringComparison.Ordinal);

    private static async Task<RackResponse> Rack(RunningHost host, string name) =>
        (await host.Get<HallResponse>("/v1/halls/hall-a")).Racks.Single(rack => rack.Rack == name);

    private static async Task<PowerResponse> Feed(RunningHost host) =>
        (await host.Get<HallResponse>("/v1/halls/hall-a")).Power.Single(power => power.Domain == "utility-a");

    private static string Event(JsonNode message) => message["data"]!["feeds"]!["utility-a"]!["event"]!.ToString();

    private static string Status(JsonNode message) => message["data"]!["status"]!.ToString();

    private static string Id(JsonNode message) => message["data"]!["breach"]!["breach_id"]!.ToString();

    private static string Targets(string limit) => $$"""{"targets":[{"interval":{},"feed_tags":["utility-a"],"load_constraint":{{limit}}}]}""";

    private static string Signed(string content, ECDsa key)
    {
        var signed = $"{Encode("""{"alg":"ES256"}"""u8)}.{Encode(Encoding.UTF8.GetBytes(content))}";
        return $"\"{signed}.{Encode(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}\"";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static string Target(Guid correlation, string data) => $$"""
        {"specversion":"1.0.2","id":"{{Guid.NewGuid()}}","source":"//grid/v1/isv/acme","type":"grid.loadtarget.set.v1","time":"2026-10-05T12:00:00Z",
         "datacontenttype":"application/json","subject":"loadtarget","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
         "correlationid":"{{correlation}}","data":{{data}}}
        """;
}
