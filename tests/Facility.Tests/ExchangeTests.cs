using System.Security.Cryptography;
using System.Text;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Exchange;
using ControlPlane.Facility.Grid;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public class ExchangeTests
{
    private const string Description = """{"objectType":"Rack","pointType":"RackPower","engUnit":"kW","rackLocationName":"R1","rackLocationId":"R1"}""";
    private static readonly DateTimeOffset Start = new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("BMS/v1/PUB/Value/Rack/RackPower/r1/power", """{"value":1,"timestamp":1,"quality":"1"}""", "quality")]
    [InlineData("BMS/v1/PUB/Value/Rack/RackPower/r1/power", """{"value":1,"timestamp":1,"quality":1,"value":2}""", "")]
    [InlineData("BMS/v1/PUB/Value/Rack/RackPower/r1/power", "{", "")]
    [InlineData("BMS/v1/PUB/Metadata/Rack/RackPower/r1/power", """{"objectType":"Rack","pointType":"RackPower","engUnit":"W","rackLocationName":"R1","rackLocationId":"R1"}""", "engUnit")]
    [InlineData("BMS/v1/PUB/Metadata/Rack/RackHeat/r1/power", Description, "")]
    [InlineData("BMS/v1/FACTORY/Metadata/Rack/RackPower/r1/power", Description, "")]
    [InlineData("NICO/v1/machine/m1/state", """{"machine_id":"m1","timestamp":"2026-10-05T00:00:00Z","managed_host_state":{"state":"failed","machine_id":"m1","details":{"cause":{"discovery":{}},"failed_at":"2026-10-05T00:00:00Z","source":"scout"}}}""", "managed_host_state.details.cause.discovery.err")]
    [InlineData("elsewhere", "{}", "")]
    public void What_breaks_the_rules_is_refused_with_the_field(string topic, string payload, string field) =>
        Assert.Equal(field, Assert.IsType<NotUnderstood>(Read(topic, payload)).Fault.Field);

    [Fact]
    public void A_machine_says_where_it_stands() => Assert.Equal(
        new MachineStateMessage("m1", "ready", Start),
        Message("NICO/v1/machine/m1/state", """{"machine_id":"m1","timestamp":"2026-10-05T12:00:00Z","managed_host_state":{"state":"ready"}}"""));

    [Fact]
    public void Nobody_speaks_for_another_grid_operator()
    {
        var refused = Assert.IsType<NotUnderstood>(Read("grid/v1/isv/other/loadtarget/set", Target("null")));
        Assert.Equal("source", refused.Fault.Field);
        var read = Assert.IsType<LoadTargetsMessage>(Message("grid/v1/isv/acme/loadtarget/set", Target("""{"value":7.5,"unit":"megawatt"}""")));
        Assert.Equal(new TargetRequest(["main-a"], Watts.FromKilowatts(7500), Start, null, false), Assert.Single(read.Targets));
    }

    [Fact]
    public void What_is_written_is_read_back_the_same() =>
        Gen.Select(Gen.Long[0, 1_000_000_000], Gen.Bool, Gen.Enum<FeedEvent>(), Gen.Enum<BreachStatus>(), Gen.Int[0, 3]).Sample((power, flag, happened, status, count) =>
        {
            var envelope = new EventEnvelope(Guid.Empty.ToString(), "//grid/v1/dsx-flex-agent/a", Start, flag ? Guid.Empty.ToString() : null, $"00-{new string('1', 32)}-{new string('2', 16)}-01");
            var watts = Watts.FromMilliwatts(power);
            var targets = Enumerable.Range(0, count).Select(_ => new FeedStateTarget(flag, watts, Start, flag ? Start.AddHours(1) : null, flag, Guid.Empty.ToString()));
            var state = new PowerStateMessage(envelope, Start, [new FeedState("main-a", watts, watts, watts, [.. targets], watts, flag, happened, flag ? Start : null, flag)]);
            Assert.Equal(state, Message(ExchangeTopic.PowerState("a"), ExchangeWriter.Write(state).ToJsonString()));
            var hints = Enumerable.Range(0, count).Select(i => new ResourceHint($"n{i}", "node", "power_cap", flag ? watts : null));
            var breach = new BreachMessage(envelope, new BreachReport(
                "main-a", Guid.Empty.ToString(), status, flag ? BreachSeverity.Critical : BreachSeverity.Warning, Start, flag ? Start : null, Guid.Empty.ToString(), watts, watts, [.. hints]));
            Assert.Equal(breach, Message(ExchangeTopic.Breach("a"), ExchangeWriter.Write(breach).ToJsonString()));
        });

    [Fact]
    public void A_value_counts_once_its_point_is_described_and_from_its_owner_only_and_while_it_is_repeated()
    {
        var building = new Building("FACTORY");
        const string Topic = "BMS/v1/PUB/Value/Rack/RackPower/r1/power";
        Assert.Null(Hear(building, Topic, "35.2", 1, Start));
        Describe(building, "BMS/v1/PUB/Metadata/Rack/RackPower/r1/power", Description);
        Assert.Null(Hear(building, Topic.Replace("PUB", "OTHER", StringComparison.Ordinal), "99", 1, Start));
        Assert.Equal("R1", Hear(building, Topic, "35.2", 1, Start));
        Assert.Equal(Watts.FromKilowatts(35.2), building.RackOf("r1", Start).Power);
        Assert.Null(building.RackOf("r1", Start + Building.SilentAfter + TimeSpan.FromSeconds(1)).Power);
        Hear(building, Topic, "35.2", 0, Start);
        Assert.Null(building.RackOf("r1", Start).Power);
        Hear(building, Topic, "null", 1, Start);
        Assert.Null(building.RackOf("r1", Start).Power);
    }

    [Fact]
    public void A_placed_feed_tells_when_load_begins_to_fall_has_fallen_and_may_return()
    {
        var (rating, limit) = (Watts.FromKilowatts(10), Watts.FromKilowatts(6));
        var feed = new PlacedFeed(new FeedLoad("main-a", rating, Watts.Zero, [])).Receive([new LoadTarget("c", limit, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(100), true)], TimeSpan.Zero);
        IReadOnlyList<FeedEvent> Step(double kilowatts, int seconds)
        {
            (feed, var events) = feed.Follow(Watts.FromKilowatts(kilowatts), rating, TimeSpan.FromSeconds(seconds));
            return events;
        }
        Assert.Empty(Step(8, 5));
        Assert.Equal([FeedEvent.StartRampDown], Step(8, 10));
        Assert.Equal(TimeSpan.FromSeconds(10), feed.RampStart);
        Assert.Empty(Step(7, 20));
        Assert.False(feed.Feed.IsCompliant);
        Assert.Equal([FeedEvent.EndRampDown], Step(6, 30));
        Assert.Empty(Step(6, 40));
        Assert.Equal([FeedEvent.StartRampUp, FeedEvent.EndRampUp], Step(6, 100));
        Assert.Equal(rating, feed.Feed.Limit);
    }

    [Fact]
    public void Targets_sent_together_stand_together_and_those_without_a_future_are_forgotten()
    {
        var rating = Watts.FromKilowatts(10);
        PlacedFeed At(PlacedFeed feed, int seconds) => feed.Follow(Watts.Zero, rating, TimeSpan.FromSeconds(seconds)).Feed;
        LoadTarget Of(string name, double? kilowatts, int start, int? end) =>
            new(name, kilowatts is { } limit ? Watts.FromKilowatts(limit) : null, TimeSpan.FromSeconds(start), end is { } over ? TimeSpan.FromSeconds(over) : null, false);
        var feed = new PlacedFeed(new FeedLoad("main-a", rating, Watts.Zero, [])).Receive([Of("a", 6, 10, 20), Of("a", 4, 20, 30)], TimeSpan.Zero);
        Assert.Equal(Watts.FromKilowatts(6), At(feed, 10).Feed.Limit);
        Assert.Equal(Watts.FromKilowatts(4), At(feed, 20).Feed.Limit);
        Assert.Equal(rating, At(feed, 30).Feed.Limit);
        // The first one holds again once one that came later is over.
        feed = At(feed.Receive([Of("open", 8, 0, null)], TimeSpan.FromSeconds(40)).Receive([Of("short", 5, 40, 50)], TimeSpan.FromSeconds(40)), 45);
        Assert.Equal((Watts.FromKilowatts(5), 2), (feed.Feed.Limit, feed.Feed.Targets.Count));
        feed = At(feed, 50);
        Assert.Equal((Watts.FromKilowatts(8), 1), (feed.Feed.Limit, feed.Feed.Targets.Count));
        for (var i = 0; i < 10; i++)
            feed = At(feed.Receive([Of($"again-{i}", 7, 60 + i, null)], TimeSpan.FromSeconds(60 + i)), 60 + i);
        Assert.Equal((Watts.FromKilowatts(7), 1), (feed.Feed.Limit, feed.Feed.Targets.Count));
        var (lifted, events) = feed.Receive([Of("off", null, 70, null)], TimeSpan.FromSeconds(70)).Follow(Watts.Zero, rating, TimeSpan.FromSeconds(70));
        Assert.Equal((rating, 0), (lifted.Feed.Limit, lifted.Feed.Targets.Count));
        Assert.Equal([FeedEvent.StartRampUp, FeedEvent.EndRampUp], events);
    }

    [Fact]
    public void A_signature_is_taken_from_a_trusted_key_in_an_accepted_way_only()
    {
        using var key = RSA.Create(2048);
        using var other = RSA.Create(2048);
        var keys = SignedText.ReadKeys(key.ExportSubjectPublicKeyInfoPem());
        Assert.Null(SignedText.Objection(Sign("RS256", key), keys));
        Assert.NotNull(SignedText.Objection(Sign("RS256", other), keys));
        Assert.NotNull(SignedText.Objection(Sign("none", key), keys));
        Assert.NotNull(SignedText.Objection(Sign("ES256", key), keys));
        Assert.Equal("{}", Encoding.UTF8.GetString(SignedText.ContentOf(Sign("RS256", key))!));
    }

    private static string Sign(string algorithm, RSA key)
    {
        var signed = $"{Encode($$"""{"alg":"{{algorithm}}"}""")}.{Encode("{}")}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Target(string limit) => $$"""
        {"specversion":"1.0.2","id":"{{Guid.Empty}}","source":"//grid/v1/isv/acme","type":"grid.loadtarget.set.v1","time":"2026-10-05T12:00:00Z","datacontenttype":"application/json",
         "subject":"loadtarget","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
         "data":{"targets":[{"interval":{"start_time":"2026-10-05T12:00:00Z"},"feed_tags":["main-a"],"load_constraint":{{limit}} }] } }
        """;

    private static void Describe(Building building, string topic, string payload) => building.Describe(Assert.IsType<PointDescription>(Message(topic, payload)));

    private static string? Hear(Building building, string topic, string value, int quality, DateTimeOffset now) =>
        building.Observe(Assert.IsType<PointReading>(Message(topic, $$"""{"value":{{value}},"timestamp":1,"quality":{{quality}}}""")), now);

    private static ExchangeMessage Message(string topic, string payload)
    {
        var read = Read(topic, payload);
        return read is Understood understood ? understood.Message : throw new InvalidOperationException(((NotUnderstood)read).Fault.ToString());
    }

    private static ExchangeReading Read(string topic, string payload) => ExchangeReader.Read(topic, Encoding.UTF8.GetBytes(payload));
}
