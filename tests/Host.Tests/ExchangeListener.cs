using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace ControlPlane.Host.Tests;

/// <summary>A grid and a building at a real broker: they publish, and hear what the factory publishes.</summary>
internal sealed class ExchangeListener : IAsyncDisposable
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(60);

    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentQueue<(string Topic, JsonNode Payload)> _heard = new();

    public IReadOnlyList<(string Topic, JsonNode Payload)> Heard => [.. _heard];

    public static async Task<ExchangeListener> Start(int port, params string[] topics)
    {
        var listener = new ExchangeListener();
        listener._client.ApplicationMessageReceivedAsync += arrived =>
        {
            listener._heard.Enqueue((arrived.ApplicationMessage.Topic, JsonNode.Parse(arrived.ApplicationMessage.Payload.ToArray())!));
            return Task.CompletedTask;
        };
        await listener._client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(MqttProtocolVersion.V311).Build());
        foreach (var topic in topics)
            await listener._client.SubscribeAsync(topic, MqttQualityOfServiceLevel.ExactlyOnce);
        return listener;
    }

    public Task Publish(string topic, string payload) => _client.PublishAsync(
        new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build());

    public Task Value(string topic, double value, int quality = 1) => Publish(topic, new JsonObject
    {
        ["value"] = value,
        ["timestamp"] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
        ["quality"] = quality,
    }.ToJsonString());

    /// <summary>The first message that is as described, once it comes.</summary>
    public async Task<JsonNode> Next(string topic, Func<JsonNode, bool> isIt)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var bound = new CancellationTokenSource(GiveUpAfter);
        try
        {
            while (true)
            {
                if (_heard.FirstOrDefault(one => one.Topic == topic && isIt(one.Payload)).Payload is { } found)
                    return found;
                await timer.WaitForNextTickAsync(bound.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Nothing such was heard on {topic}: {string.Join(Environment.NewLine, _heard.Select(one => $"{one.Topic} {one.Payload.ToJsonString()}").TakeLast(20))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisconnectAsync();
        _client.Dispose();
    }
}
