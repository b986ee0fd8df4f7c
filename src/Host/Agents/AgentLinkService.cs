using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Grains;
using ControlPlane.Grains.Placement;
using ControlPlane.Grains.Racks;
using ControlPlane.Hardware.Probes;
using ControlPlane.Hardware.Protocol;
using ControlPlane.Hardware.Trust;
using ControlPlane.Host.Security;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace ControlPlane.Host.Agents;

/// <summary>The host's end of an agent's stream: one call for as long as the agent is connected.</summary>
internal sealed class AgentLinkService(
    IGrainFactory grains, AgentToken token, AgentTls tls, DcgmMetrics metrics, FailsafeLine line, IOptions<FactoryOptions> options, TimeProvider clock, ILogger<AgentLinkService> log) : AgentLink.AgentLinkBase
{
    private const uint ProtocolVersion = 1;

    /// <summary>Far more than any node holds.</summary>
    private const uint MostDevices = 1024;
    private const int MostPoints = 1024;

    /// <summary>How often devices are offered again to their grains, which may have moved to another silo.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(2);

    private readonly AgentRings _rings = new(grains, clock, log);

    public override async Task Connect(
        IAsyncStreamReader<FromAgent> requestStream, IServerStreamWriter<ToAgent> responseStream, ServerCallContext context)
    {
        if (!tls.AsksForCertificates && !token.Secret.Allows(context.RequestHeaders.GetValue("authorization")))
            throw new RpcException(new Status(StatusCode.Unauthenticated, "The agent's token is missing or wrong."));
        if (!await requestStream.MoveNext(context.CancellationToken) || requestStream.Current.Hello is not { } hello)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The first message must be Hello."));
        if ((Objection(hello) ?? Stranger(hello, context)) is { } objection)
        {
            await responseStream.WriteAsync(new ToAgent { Refusal = new Refusal { Reason = objection } });
            return;
        }
        using var link = new AgentStream(hello, responseStream, log, context.CancellationToken);
        var events = new AgentEvents(grains, clock, log);
        await Answer(hello, [], hello.Sent, TimeSpan.Zero, 0, link);
        line.Connect(new NodeId(hello.Node), link);
        metrics.Connect(link, hello);
        log.LogInformation("Agent {Version} of node {Node} connected with {Devices}", hello.AgentVersion, hello.Node, string.Join(", ", hello.Devices.Select(device => device.Name)));
        var observer = grains.CreateObjectReference<Grains.Gpus.IGpuAgent>(link);
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var renewal = Renew(hello, link, observer, renewing.Token);
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken))
                await Hear(hello, requestStream.Current, link, events);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            log.LogInformation("The stream of node {Node} broke", hello.Node);
        }
        finally
        {
            line.Disconnect(new NodeId(hello.Node), link);
            metrics.Disconnect(link);
            await renewing.CancelAsync();
            await renewal;
            foreach (var device in hello.Devices)
                await grains.Gpu(GpuOf(hello, device.Index)).Detach("the agent's stream ended");
            grains.DeleteObjectReference<Grains.Gpus.IGpuAgent>(observer);
        }
    }

    // One node's certificate must not speak for another.
    private string? Stranger(Hello hello, ServerCallContext context) =>
        !tls.AsksForCertificates || (context.GetHttpContext().Connection.ClientCertificate is { } shown && CertificateTrust.IsOf(shown, hello.Node))
            ? null
            : $"The agent's certificate is not of node {hello.Node}: its DNS name, or its common name without one, must be the node's.";

    private static string? Objection(Hello hello)
    {
        if (hello.ProtocolVersion != ProtocolVersion)
            return $"The agent speaks version {hello.ProtocolVersion} of the protocol, this host version {ProtocolVersion}: install the same release on both.";
        if (hello.Devices.FirstOrDefault(device => device.Index >= MostDevices) is { } far)
            return $"The agent has a device {far.Index}: a node has at most {MostDevices}, numbered from 0.";
        if (hello.Devices.GroupBy(device => device.Index).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return $"The agent has device {twice.Key} twice: each has a number of its own.";
        return Names.IsValid(hello.Node) ? null : $"'{hello.Node}' is not a node's name: use the name that the factory shows, such as rack-01-n00.";
    }

    /// <summary>An agent whose messages are not answered stops its work; so none is before the rack knows that the agent was heard.</summary>
    private async Task Answer(Hello hello, ValueList<GpuSample> samples, long sent, TimeSpan unanswered, long heard, AgentStream link)
    {
        if (RackOf(hello.Node) is { } rack)
            await grains.Rack(rack).Observe(new NodeId(hello.Node), samples, unanswered);
        var seconds = (uint)Math.Floor(options.Value.AgentTimeout.TotalSeconds);
        await link.Send(new ToAgent { Welcome = new Welcome { Host = Environment.MachineName, LeaseTimeoutSeconds = seconds, Answers = sent, Events = heard } });
    }

    private async Task Renew(Hello hello, AgentStream link, Grains.Gpus.IGpuAgent observer, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Renewal, clock);
        var (reconciled, isTold) = (false, false);
        try
        {
            do
            {
                foreach (var device in hello.Devices)
                {
                    await grains.Gpu(GpuOf(hello, device.Index)).Attach(observer, device.Name, link.HealthOf(device.Index), link.SampleOf(device.Index));
                    if (!reconciled)
                        await grains.Gpu(GpuOf(hello, device.Index)).Reconcile(HeldOn(hello, device.Index));
                }
                reconciled = true;
                isTold = isTold || await MissingDevices.TellAsync(grains, hello, RackOf(hello.Node), clock.GetUtcNow());
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The stream ended.
        }
        catch (Exception fault)
        {
            log.LogWarning(fault, "The devices of node {Node} could not be offered", hello.Node);
        }
    }

    private async Task Hear(Hello hello, FromAgent message, AgentStream link, AgentEvents events)
    {
        switch (message.MessageCase)
        {
            case FromAgent.MessageOneofCase.Telemetry:
                var unanswered = message.Telemetry.UnansweredSeconds;
                var silence = double.IsFinite(unanswered) ? TimeSpan.FromSeconds(Math.Clamp(unanswered, 0, 1e6)) : TimeSpan.Zero;
                await HearTelemetry(hello, message.Telemetry, silence, link, events);
                break;
            case FromAgent.MessageOneofCase.LeaseAnswer when !message.LeaseAnswer.Accepted:
                await Refused(hello, message.LeaseAnswer);
                break;
            case FromAgent.MessageOneofCase.RingJoin:
                await _rings.JoinAsync(GpuOf(hello, message.RingJoin.Device), message.RingJoin, link);
                break;
            case FromAgent.MessageOneofCase.Report:
                await Reported(hello, message.Report, link);
                break;
            default:
                break;
        }
    }

    // Readings first: whoever hears of an event finds the device as it was when it happened.
    private async Task HearTelemetry(Hello hello, Telemetry telemetry, TimeSpan silence, AgentStream link, AgentEvents events)
    {
        var samples = link.Note(telemetry);
        var (node, rack) = (new NodeId(hello.Node), RackOf(hello.Node));
        if (telemetry.Events.Count > 0 && rack is { } known)
            await grains.Rack(known).Observe(node, samples, silence);
        await Answer(hello, samples, telemetry.Sent, silence, await events.HearAsync(node, rack, telemetry.Events), link);
    }

    private async Task Refused(Hello hello, LeaseAnswer answer)
    {
        log.LogWarning("Node {Node} refuses a lease of {Job}: {Reason}", hello.Node, answer.Job, answer.Reason);
        var result = new KernelResult(false, answer.IsElsewhere ? "interrupted" : "lease-refused", answer.Reason, "", 0, 0, "", 0, false, 0, 0);
        await grains.Gpu(GpuOf(hello, answer.Device)).Report(new LeaseKey(new JobId(answer.Job), answer.Generation, 0), result);
    }

    private async Task Reported(Hello hello, WorkReport report, AgentStream link)
    {
        var result = new KernelResult(
            report.Succeeded, report.ErrorCode, report.Error, report.DeviceName, report.SecondsPerRepetition, report.Rate, report.RateUnit,
            report.Checksum, report.Checked, report.MaxRelativeError, (int)Math.Min(report.Repetitions, int.MaxValue))
        {
            PeakMemoryBytes = (long)Math.Min(report.PeakMemoryBytes, long.MaxValue),
            FirstLoss = report.HasFirstLoss ? report.FirstLoss : null,
            LastLoss = report.HasLastLoss ? report.LastLoss : null,
            WentOnFrom = report.WentOnFrom,
            Remark = report.Remark,
            Points = report.Points.Take(MostPoints).Select(ProbeMessages.Read).ToValueList(),
        };
        var gpu = GpuOf(hello, report.Device);
        await _rings.MeasuredAsync(gpu, RackOf(hello.Node), report);
        var heard = await grains.Gpu(gpu).Report(new LeaseKey(new JobId(report.Job), report.Generation, 0), result);
        if (heard)
            await link.Send(new ToAgent { Received = new ReportReceived { Device = report.Device, Job = report.Job, Generation = report.Generation } });
    }

    private static ValueList<LeaseKey> HeldOn(Hello hello, uint device) =>
        hello.Held.Where(held => held.Device == device).Select(held => new LeaseKey(new JobId(held.Job), held.Generation, 0)).ToValueList();

    private static GpuId GpuOf(Hello hello, uint device) => GrainKeys.GpuOf(new NodeId(hello.Node), (int)device);

    /// <summary>A node is named after its rack: <c>rack-01-n00</c>.</summary>
    private static RackId? RackOf(string node) =>
        node.LastIndexOf("-n", StringComparison.Ordinal) is > 0 and var cut ? new RackId(node[..cut]) : null;
}

/// <summary>The secret that agents carry.</summary>
/// <param name="Secret">The secret.</param>
internal sealed record AgentToken(Security.SecretFile Secret);
