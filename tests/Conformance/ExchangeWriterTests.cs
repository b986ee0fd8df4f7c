using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Exchange;
using ControlPlane.Facility.Grid;
using ControlPlane.Facility.Leaks;
using ControlPlane.Simulation;
using Json.Schema;

namespace ControlPlane.Conformance.Tests;

/// <summary>What this product publishes, by the published schemas; and the published log, by this product's rules.</summary>
public sealed class ExchangeWriterTests
{
    private static readonly DateTimeOffset At = new(2026, 10, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Id = "6f1c2a52-3c4b-4c55-9d6e-111111111111";
    private static readonly EvaluationOptions Strict = new() { RequireFormatValidation = true, OutputFormat = OutputFormat.List };

    [SkippableFact]
    public void Every_state_of_a_feed_is_valid()
    {
        foreach (var happened in Enum.GetValues<FeedEvent>())
        {
            foreach (var (start, end) in ((DateTimeOffset?, DateTimeOffset?)[])[(null, null), (At, null), (At, At.AddHours(3))])
            {
                var target = new FeedStateTarget(true, Watts.FromKilowatts(7500), start, end, true, Id);
                AssertValid("flex/PowerStateStatusEvent.json", ExchangeWriter.Write(new PowerStateMessage(Envelope(start is null ? null : Id), At,
                [
                    new FeedState("main-a", Watts.Zero, Watts.FromKilowatts(9000), Watts.FromKilowatts(9000), [target], Watts.FromWatts(0.001), true, happened, start, false),
                    new FeedState("main-b", Watts.Zero, Watts.Zero, Watts.Zero, [], Watts.Zero, false, FeedEvent.Periodic, null, true),
                ])));
            }
        }
    }

    [SkippableFact]
    public void Every_stage_of_a_breach_is_valid()
    {
        foreach (var status in Enum.GetValues<BreachStatus>())
        {
            foreach (var severity in (BreachSeverity[])[BreachSeverity.Warning, BreachSeverity.Critical])
            {
                AssertValid("flex/PowerBreachAlertEvent.json", ExchangeWriter.Write(new BreachMessage(Envelope(Id), new BreachReport(
                    "main-a", Id, status, severity, At, status == BreachStatus.Resolved ? At : null, Id, Watts.FromKilowatts(300), Watts.FromKilowatts(350),
                    [new ResourceHint("h100-01", "chassis", "power_cap", null), new ResourceHint("h100-02", "chassis", "power_cap", Watts.FromKilowatts(20))]))));
            }
        }
    }

    [SkippableFact]
    public void A_value_for_the_building_is_valid()
    {
        AssertValid("bms/Value.json", ExchangeWriter.Write(new PointValue(1, 1), At));
        AssertValid("bms/Value.json", ExchangeWriter.Write(new PointValue(At.ToUnixTimeMilliseconds(), 1), At));
    }

    [SkippableFact]
    public void Every_message_of_the_published_log_is_understood()
    {
        var path = Path.Combine(SharedFolder.Find(), "data", "dsx-exchange", "fixtures", "dsx_exemplar.csv");
        using var reader = new StreamReader(path);
        var messages = MessageLog.Read(reader, path);
        Assert.Equal(4711, messages.Count);
        Assert.Empty(messages.Select(message => ExchangeReader.Read(message.Topic, System.Text.Encoding.UTF8.GetBytes(message.Payload.Replace(MessageLog.Now, "1", StringComparison.Ordinal))))
            .OfType<NotUnderstood>());
        Assert.Equal(TimeSpan.FromSeconds(99.3675441), messages[^1].At);
    }

    private static EventEnvelope Envelope(string? correlation) => new(
        Id, "//grid/v1/dsx-flex-agent/factory", At, correlation, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    private static void AssertValid(string name, JsonObject message)
    {
        var schema = JsonSchema.FromText(File.ReadAllText(Path.Combine(SharedFolder.Find(), "data", "dsx-exchange", "jsonschema", name)));
        var result = schema.Evaluate(JsonSerializer.SerializeToElement(message), Strict);
        Assert.True(result.IsValid, $"{message.ToJsonString()} {JsonSerializer.Serialize(result)}");
    }
}
