using System.Net;
using MQTTnet.Server;

namespace ControlPlane.Host.Exchange;

/// <summary>A broker in this process, on loopback, for tests and demos.</summary>
internal sealed class EmbeddedBroker(ExchangeOptions options, ILogger<EmbeddedBroker> log) : IHostedService, IDisposable
{
    // A client that reads slowly must not lose a replay's burst, which the library would drop beyond 250.
    private const int MostPending = 100_000;

    private readonly MqttServer _server = new MqttServerFactory().CreateMqttServer(new MqttServerOptionsBuilder()
        .WithDefaultEndpoint().WithDefaultEndpointPort(options.Port)
        .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointBoundIPV6Address(IPAddress.None)
        .WithMaxPendingMessagesPerClient(MostPending).WithPersistentSessions().Build());

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync();
        log.LogInformation("A broker for the exchange listens on 127.0.0.1:{Port}", options.Port);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync();

    public void Dispose() => _server.Dispose();
}
