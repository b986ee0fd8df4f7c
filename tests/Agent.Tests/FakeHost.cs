using System.Threading.Channels;

using ControlPlane.Hardware.Protocol;

using Grpc.Core;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Agent.Tests;

/// <summary>A host that does what the test says and remembers what it hears.</summary>
internal sealed class FakeHost : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Channel<Stream> _connections = Channel.CreateUnbounded<Stream>();

    private FakeHost(WebApplication web) => _web = web;

    /// <summary>Completes when the agent under test ends, so that a test need not wait in vain.</summary>
    public Task AgentExit { get; set; } = new TaskCompletionSource().Task;

    public Uri Address => new(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<FakeHost> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton<Service>();
        var web = builder.Build();
        var host = new FakeHost(web);
        web.Services.GetRequiredService<Service>().Host = host;
        web.MapGrpcService<Service>();
        await web.StartAsync();
        return host;
    }

    /// <summary>The next stream that an agent opens, already past its hello.</summary>
    public async Task<Stream> AcceptAsync(uint leaseTimeoutSeconds = 600)
    {
        Stream stream;
        do
        {
            var connection = _connections.Reader.ReadAsync().AsTask();
            if (await Task.WhenAny(connection, AgentExit).WaitAsync(Patience) != connection)
                Assert.Fail("The agent ended instead of connecting.");
            stream = await connection;
        }
        while (stream.IsGone); // An agent does not stay where nobody answers.
        await stream.SendAsync(new() { Welcome = new() { Host = "fake", LeaseTimeoutSeconds = leaseTimeoutSeconds } });
        return stream;
    }

    /// <summary>How long a test waits for what must happen: long enough for a machine that is busy with other things.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(new CancellationToken(canceled: true));
        await _web.DisposeAsync();
    }

    internal sealed class Stream(Hello hello, string authorization, IServerStreamWriter<ToAgent> outgoing)
    {
        private readonly Channel<FromAgent> _heard = Channel.CreateUnbounded<FromAgent>();
        private readonly TaskCompletionSource _closed = new();

        public Hello Hello => hello;

        public string Authorization => authorization;

        public Task Closed => _closed.Task;

        public Task SendAsync(ToAgent message) => outgoing.WriteAsync(message);

        /// <summary>True once the agent has gone.</summary>
        public bool IsGone { get; set; }

        public void Close() => _closed.TrySetResult();

        public void Hear(FromAgent message) => _heard.Writer.TryWrite(message);

        public async Task<WorkReport> ReportAsync() => (await NextAsync(message => message.Report is not null)).Report;

        public async Task<DeviceEvent> EventAsync() => (await NextAsync(message => message.Telemetry?.Events.Count > 0)).Telemetry.Events[0];

        public async Task<RingJoin> RingJoinAsync(uint device = 0) => (await NextAsync(message => message.RingJoin?.Device == device)).RingJoin;

        /// <summary>What so many devices report, by device, acknowledged.</summary>
        public async Task<WorkReport[]> ReportsAsync(int devices)
        {
            var reports = new SortedDictionary<uint, WorkReport>();
            while (reports.Count < devices)
            {
                var report = await ReportAsync();
                reports[report.Device] = report;
                await AcknowledgeAsync(report);
            }
            return [.. reports.Values];
        }

        public async Task<DeviceSample> SampleAsync(Func<DeviceSample, bool> wanted) =>
            (await NextAsync(message => message.Telemetry?.Samples.Any(wanted) == true)).Telemetry.Samples.First(wanted);

        public async Task<LeaseAnswer> LeaseAsync(Lease lease)
        {
            await SendAsync(new() { Lease = lease });
            return (await NextAsync(message => message.LeaseAnswer?.Job == lease.Job && message.LeaseAnswer.Device == lease.Device)).LeaseAnswer;
        }

        public async Task<WorkReport> RunAsync(Lease lease)
        {
            var answer = await LeaseAsync(lease);
            Assert.True(answer.Accepted, answer.Reason);
            var report = await ReportAsync();
            Assert.Equal(lease.Job, report.Job);
            await AcknowledgeAsync(report);
            return report;
        }

        public Task AcknowledgeAsync(WorkReport report) =>
            SendAsync(new() { Received = new() { Device = report.Device, Job = report.Job, Generation = report.Generation } });

        private async Task<FromAgent> NextAsync(Func<FromAgent, bool> wanted)
        {
            using var limit = new CancellationTokenSource(Patience);
            while (true)
            {
                var message = await _heard.Reader.ReadAsync(limit.Token);
                if (wanted(message))
                    return message;
            }
        }
    }

    private sealed class Service : AgentLink.AgentLinkBase
    {
        public FakeHost? Host { get; set; }

        public override async Task Connect(IAsyncStreamReader<FromAgent> requestStream, IServerStreamWriter<ToAgent> responseStream, ServerCallContext context)
        {
            if (!await requestStream.MoveNext(context.CancellationToken))
                return;
            var stream = new Stream(requestStream.Current.Hello, context.RequestHeaders.GetValue("authorization") ?? "", responseStream);
            Host!._connections.Writer.TryWrite(stream);
            await Task.WhenAny(stream.Closed, HearAsync(requestStream, stream, context.CancellationToken));
            stream.IsGone = true;
        }

        private static async Task HearAsync(IAsyncStreamReader<FromAgent> incoming, Stream stream, CancellationToken cancellation)
        {
            try
            {
                while (await incoming.MoveNext(cancellation))
                    stream.Hear(incoming.Current);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or RpcException or InvalidOperationException)
            {
                // The agent went away.
            }
        }
    }
}
