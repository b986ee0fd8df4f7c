using System.Reflection;

using ControlPlane.Hardware.Protocol;

using Grpc.Core;
using Grpc.Net.Client;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Agent.Link;

/// <summary>Keeps one stream open to a host, and the node's work going whether or not there is one.</summary>
internal sealed class HostLink(
    AgentOptions options, Node node, ReportBox reports, EventBox events, LeaseWatch watch, TimeProvider clock, IHostApplicationLifetime life, ILogger<HostLink> log)
    : BackgroundService
{
    private const uint ProtocolVersion = 1;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ResendPeriod = TimeSpan.FromSeconds(5);

    private readonly HostTrust _trust = new(options);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await node.StartAsync(stoppingToken).ConfigureAwait(false);
            log.LogInformation("Node {Node} offers {Count} devices.", options.Node, node.Devices.Length);
            foreach (var remark in node.Remarks)
                log.LogWarning("{Remark}", remark);
            await Task.WhenAll(WatchAsync(stoppingToken), ConnectAsync(stoppingToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to end.
        }
        catch (Exception e)
        {
            log.LogCritical(e, "The agent cannot go on.");
            Environment.ExitCode = 1;
            life.StopApplication();
        }
    }

    private async Task WatchAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LeaseTerms.WatchPeriod, clock);
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            if (watch.Remaining is { } remaining)
                node.Renew(remaining);
            if (watch.WhyStop() is not { } reason)
                continue;
            if (node.StopEverything(reason))
                log.LogWarning("Work is stopped: {Reason}.", reason);
        }
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        var failures = 0;
        while (true)
        {
            var host = options.Hosts[failures % options.Hosts.Count];
            try
            {
                var welcomed = await TalkAsync(host, cancellation).ConfigureAwait(false);
                failures = welcomed ? 1 : failures + 1;
                log.LogInformation("The stream to {Host} ended.", host);
            }
            catch (Exception e) when (e is RpcException or IOException or InvalidOperationException && !cancellation.IsCancellationRequested)
            {
                failures++;
                log.LogWarning("No stream to {Host}: {Why}", host, e is RpcException { Status.Detail: var detail } ? detail : e.Message);
            }
            await Task.Delay(PauseAfter(failures), clock, cancellation).ConfigureAwait(false);
        }
    }

    // Doubles from a quarter of a second. The spread keeps a hall's agents from coming back all at once.
    private static TimeSpan PauseAfter(int failures)
    {
        var doubled = TimeSpan.FromMilliseconds(250 * Math.Pow(2, Math.Min(failures - 1, 10)));
        return (doubled < LongestPause ? doubled : LongestPause) * (0.75 + Random.Shared.NextDouble() / 2);
    }

    /// <summary>True when the host welcomed the node before the stream ended.</summary>
    private async Task<bool> TalkAsync(Uri host, CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var channel = ChannelTo(host);
        using var call = new AgentLink.AgentLinkClient(channel).Connect(Credentials(), cancellationToken: ending.Token);
        var outbox = new Outbox(() => new FromAgent { Telemetry = Samples() });
        await call.RequestStream.WriteAsync(new FromAgent { Hello = Hello() }, ending.Token).ConfigureAwait(false);
        void Send(WorkReport report) => outbox.Add(new FromAgent { Report = report });
        void SendJoin(RingJoin join) => outbox.Add(new FromAgent { RingJoin = join });
        reports.Added += Send;
        node.Joined += SendJoin;
        node.Changed += outbox.AddReadings;
        try
        {
            var writing = WriteAsync(call.RequestStream, outbox, ending.Token);
            var ticking = TickAsync(outbox, ending.Token);
            var reading = ReadAsync(call.ResponseStream, outbox, ending.Token);
            var first = await Task.WhenAny(reading, writing, ticking).ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await first.ConfigureAwait(false);
            return first == reading && await reading.ConfigureAwait(false);
        }
        finally
        {
            reports.Added -= Send;
            node.Joined -= SendJoin;
            node.Changed -= outbox.AddReadings;
        }
    }

    private async Task<bool> ReadAsync(IAsyncStreamReader<ToAgent> incoming, Outbox outbox, CancellationToken cancellation)
    {
        var welcomed = false;
        await foreach (var message in incoming.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            switch (message.MessageCase)
            {
                case ToAgent.MessageOneofCase.Welcome:
                    watch.Welcome(message.Welcome.LeaseTimeoutSeconds, message.Welcome.Answers);
                    node.Heard(message.Welcome.Events);
                    if (!welcomed)
                        Greeted(message.Welcome, outbox);
                    welcomed = true;
                    break;
                case ToAgent.MessageOneofCase.Lease:
                    if (watch.Remaining is { } left)
                        node.Renew(left);
                    outbox.Add(new FromAgent { LeaseAnswer = node.Offer(message.Lease) });
                    break;
                case ToAgent.MessageOneofCase.Stop:
                    node.Stop(message.Stop);
                    break;
                case ToAgent.MessageOneofCase.Hold:
                    node.Hold(message.Hold);
                    break;
                case ToAgent.MessageOneofCase.Limit:
                    node.Limit(message.Limit);
                    break;
                case ToAgent.MessageOneofCase.Ring:
                    node.Meet(message.Ring);
                    break;
                case ToAgent.MessageOneofCase.Reset:
                    node.Reset(message.Reset);
                    break;
                case ToAgent.MessageOneofCase.Received:
                    node.Received(message.Received);
                    break;
                case ToAgent.MessageOneofCase.Refusal:
                    log.LogWarning("The host refuses this node: {Reason}", message.Refusal.Reason);
                    return false;
            }
        }
        return welcomed;
    }

    private void Greeted(Welcome welcome, Outbox outbox)
    {
        log.LogInformation("Welcomed by {Host}.", welcome.Host);
        foreach (var report in reports.Unacknowledged())
            outbox.Add(new FromAgent { Report = report });
    }

    private static async Task WriteAsync(IClientStreamWriter<FromAgent> outgoing, Outbox outbox, CancellationToken cancellation)
    {
        await foreach (var message in outbox.TakeAllAsync(cancellation).ConfigureAwait(false))
            await outgoing.WriteAsync(message, cancellation).ConfigureAwait(false);
    }

    // Ends when the host does not answer: its process lives, but nobody in it hears, and another may.
    private async Task TickAsync(Outbox outbox, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Second, clock);
        var (began, resent) = (clock.GetTimestamp(), clock.GetTimestamp());
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            if (watch.Patience is { } patience && watch.Unanswered > patience && clock.GetElapsedTime(began) > patience)
            {
                log.LogWarning("The host has not answered for {Seconds:0} s.", patience.TotalSeconds);
                return;
            }
            outbox.AddReadings();
            if (clock.GetElapsedTime(resent) < ResendPeriod || !outbox.IsEmpty)
                continue;
            resent = clock.GetTimestamp();
            foreach (var report in reports.Unacknowledged())
                outbox.Add(new FromAgent { Report = report });
        }
    }

    private Hello Hello() => new()
    {
        ProtocolVersion = ProtocolVersion,
        Node = options.Node,
        AgentVersion = typeof(HostLink).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        Devices = { node.Devices.Select(device => device.Describe()) },
        Held = { node.Devices.Select(device => device.Held).OfType<HeldLease>() },
        Caps = { node.Devices.Select(device => device.Cap).OfType<DeviceCap>() },
        Sent = clock.GetTimestamp(),
        Remarks = { node.Remarks },
    };

    private Telemetry Samples() => new()
    {
        Samples = { node.Devices.Select(device => device.Sample()) },
        Sent = clock.GetTimestamp(),
        UnansweredSeconds = watch.Unanswered.TotalSeconds,
        Events = { events.Unheard() },
    };

    // Read at every connection, so that a token can be replaced without restarting the agent.
    private Metadata Credentials() =>
        options.TokenFile is null ? [] : new Metadata { { "authorization", $"Bearer {File.ReadAllText(options.TokenFile).Trim()}" } };

    // A new one for every connection, by the certificates as they are now.
    private GrpcChannel ChannelTo(Uri host)
    {
        // A host that vanishes without a word leaves a stream that looks open: pings find out.
        var handler = new SocketsHttpHandler
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            SslOptions = _trust.Options(),
        };
        return GrpcChannel.ForAddress(host, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }
}
