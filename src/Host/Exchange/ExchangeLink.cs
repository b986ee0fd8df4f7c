using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using ControlPlane.Facility.Exchange;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace ControlPlane.Host.Exchange;

/// <summary>A message as it came.</summary>
internal readonly record struct Arrival(string Topic, ReadOnlyMemory<byte> Payload);

/// <summary>The connection with the broker: what comes in is kept in order, what goes out is judged by the rules first.</summary>
internal sealed class ExchangeLink : IDisposable
{
    // Metadata first: values mean nothing without. Only what is acted on is subscribed to.
    private static readonly (string Topic, MqttQualityOfServiceLevel Quality)[] Subscriptions =
    [
        ("grid/v1/isv/+/loadtarget/set", MqttQualityOfServiceLevel.AtLeastOnce),
        ("grid/v1/infra/+/powerbreach/enforcement", MqttQualityOfServiceLevel.ExactlyOnce),
        ("BMS/v1/PUB/Metadata/#", MqttQualityOfServiceLevel.AtLeastOnce),
        ("BMS/v1/PUB/Value/Rack/#", MqttQualityOfServiceLevel.AtLeastOnce),
        ("BMS/v1/PUB/Value/PowerMeter/ActivePower/#", MqttQualityOfServiceLevel.AtLeastOnce),
        ("BMS/v1/PUB/Value/System/#", MqttQualityOfServiceLevel.AtLeastOnce),
        ("BMS/v1/+/Value/Rack/RackLeakDetectTray/#", MqttQualityOfServiceLevel.AtLeastOnce),
    ];

    private readonly ExchangeOptions _options;
    private readonly ILogger<ExchangeLink> _log;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<Arrival> _arrivals = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });

    public ExchangeLink(ExchangeOptions options, ILogger<ExchangeLink> log)
    {
        (_options, _log) = (options, log);
        _client.ApplicationMessageReceivedAsync += arrived =>
        {
            _arrivals.Writer.TryWrite(new Arrival(arrived.ApplicationMessage.Topic, arrived.ApplicationMessage.Payload.ToArray()));
            return Task.CompletedTask;
        };
    }

    /// <summary>What came in.</summary>
    public ChannelReader<Arrival> Arrivals => _arrivals.Reader;

    /// <summary>Connects and subscribes unless that is done.</summary>
    public async Task Ensure(CancellationToken cancellation)
    {
        if (_client.IsConnected)
            return;
        // The session outlives the connection: a load target sent meanwhile is delivered.
        var builder = new MqttClientOptionsBuilder().WithTcpServer(_options.Broker, _options.Port).WithProtocolVersion(MqttProtocolVersion.V311)
            .WithClientId($"factory-{_options.Site}").WithCleanSession(false).WithTlsOptions(tls => tls.UseTls(_options.Tls));
        if (_options.User.Length > 0)
            builder.WithCredentials(_options.User, _options.PasswordFile.Length > 0 ? (await File.ReadAllTextAsync(_options.PasswordFile, cancellation)).Trim() : "");
        await _client.ConnectAsync(builder.Build(), cancellation);
        foreach (var (topic, quality) in Subscriptions)
            await _client.SubscribeAsync(topic, quality, cancellation);
        _log.LogInformation("The exchange is reached at {Broker}:{Port}", _options.Broker, _options.Port);
    }

    /// <summary>Publishes a message. One that breaks the rules is never sent: that is a fault of this product.</summary>
    public async Task Publish(string topic, JsonObject message, bool exactlyOnce, CancellationToken cancellation)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(message);
        if (ExchangeReader.Read(topic, payload) is NotUnderstood refused)
            throw new InvalidOperationException($"A message for {topic} breaks the rules of the exchange: {refused.Fault}");
        await _client.PublishAsync(
            new MqttApplicationMessageBuilder().WithTopic(topic).WithPayload(payload)
                .WithQualityOfServiceLevel(exactlyOnce ? MqttQualityOfServiceLevel.ExactlyOnce : MqttQualityOfServiceLevel.AtLeastOnce).Build(), cancellation);
    }

    public void Dispose() => _client.Dispose();
}
