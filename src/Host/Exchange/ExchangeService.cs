using System.Security.Cryptography;
using ControlPlane.Facility.Exchange;
using MQTTnet.Exceptions;

namespace ControlPlane.Host.Exchange;

/// <summary>Speaks with the grid and the building, one message after another: nothing here needs a lock.</summary>
internal sealed class ExchangeService(
    ExchangeOptions options, ExchangeLink link, BuildingBridge bridge, FlexAgent agent, TimeProvider clock, ILogger<ExchangeService> log) : BackgroundService
{
    /// <summary>At one a second: longer than any hall takes to start again.</summary>
    private const int MostTries = 60;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<AsymmetricAlgorithm> _keys = options.KeyFile.Length > 0 ? SignedText.ReadKeys(File.ReadAllText(options.KeyFile)) : [];
    private Arrival? _pending;
    private int _tries;
    private long _refused;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        var wasThere = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await link.Ensure(stoppingToken);
                await HearAll(stoppingToken);
                await bridge.Tick(stoppingToken);
                await agent.Tick(stoppingToken);
                wasThere = true;
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // A broker that is away, or a hall that starts again: the next period tries once more.
                if (wasThere)
                    log.LogWarning("The exchange does not work now and is tried again every second: {Fault}", fault is MqttCommunicationException ? fault.Message : fault.ToString());
                wasThere = false;
                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // What could not be carried out, since a hall starts again for instance, is tried again and not lost.
    private async Task HearAll(CancellationToken cancellation)
    {
        while (_pending is not null || link.Arrivals.TryPeek(out _))
        {
            _pending ??= link.Arrivals.TryRead(out var next) ? next : null;
            if (_pending is { } arrival && _tries++ < MostTries)
                await Hear(arrival, cancellation);
            else
                log.LogError("A message on {Topic} is given up after {Tries} tries", _pending?.Topic, MostTries);
            (_pending, _tries) = (null, 0);
        }
    }

    private Task Hear(Arrival arrival, CancellationToken cancellation) => ExchangeReader.Read(arrival.Topic, arrival.Payload) switch
    {
        NotUnderstood refused => Refuse(arrival.Topic, refused.Fault),
        Understood { Message: SealedMessage signed } => Open(arrival.Topic, signed, cancellation),
        Understood { Message: var message } when options.RequireSignatures && message is LoadTargetsMessage => Refuse(arrival.Topic, new MessageFault("data", "it is not signed")),
        Understood { Message: var message } => Follow(message, cancellation),
        _ => Task.CompletedTask,
    };

    private Task Open(string topic, SealedMessage signed, CancellationToken cancellation)
    {
        // Without a key there is nothing to check against; who may publish is then the broker's to decide.
        if (_keys.Count > 0 && signed.Kind == MessageKind.LoadTargets && SignedText.Objection(signed.Token, _keys) is { } objection)
            return Refuse(topic, new MessageFault("data", objection));
        if (SignedText.ContentOf(signed.Token) is not { } content)
            return Refuse(topic, new MessageFault("data", "what is signed cannot be decoded"));
        return ExchangeReader.ReadContent(signed.Envelope, signed.Kind, content) switch
        {
            Understood opened => Follow(opened.Message, cancellation),
            NotUnderstood refused => Refuse(topic, refused.Fault),
            _ => Task.CompletedTask,
        };
    }

    private Task Follow(ExchangeMessage message, CancellationToken cancellation)
    {
        switch (message)
        {
            case LoadTargetsMessage targets:
                return agent.Receive(targets, cancellation);
            case EnforcementMessage enforcement:
                agent.Receive(enforcement);
                break;
            case PointDescription point:
                bridge.Building.Describe(point);
                break;
            case PointReading reading:
                bridge.Hear(reading);
                break;
        }
        return Task.CompletedTask;
    }

    // The first of every thousand: a broken sender must not fill the log.
    private Task Refuse(string topic, MessageFault fault)
    {
        if (_refused++ % 1000 == 0 || topic.StartsWith("grid/", StringComparison.Ordinal))
            log.LogWarning("A message on {Topic} is refused: {Fault} ({Count} refused so far)", topic, fault, _refused);
        return Task.CompletedTask;
    }
}
