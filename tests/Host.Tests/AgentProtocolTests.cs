using System.Net;
using ControlPlane.Agent.Tests;
using ControlPlane.Api;
using ControlPlane.Hardware.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Host.Tests;

/// <summary>The agents' door, and agents that say anything that the wire can carry.</summary>
public class AgentProtocolTests
{
    private const string Node = "local-01-n00";
    private const string Gpu = Node + "-g0";
    private const int Streams = 40;
    private const int MessagesPerStream = 25;

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_agents_say_the_host_lives_and_another_agent_s_work_is_done(int seed)
    {
        KernelDeviceTests.RequireNative();
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{host.AgentPort}");
        var random = new RandomMessages(seed);
        for (var stream = 0; stream < Streams; stream++)
            await Babble(channel, host, random, stream);
        await Garbage(host);

        Assert.Equal("hall-a", (await host.Get<HallResponse>("/v1/halls/hall-a")).Hall);
        host.StartAgent(Node, new Dictionary<string, string>(), "--devices", "cpu");
        await host.Until(async () => (await host.Get<GpuResponse>("/v1/gpus/" + Gpu)).Health.StartsWith("healthy", StringComparison.Ordinal), "the agent is not heard");
        // What was said of this very node may have closed it: an operator opens it, once readings from before have passed.
        foreach (var opened in (await host.Get<RemediesResponse>("/v1/halls/hall-a/remedies")).Cases.Where(one => one.State is "acting" or "failed"))
            await host.Factoryctl("remedy", "close", $"{opened.Number}");
        var manifest = Path.Combine(host.Data, "job.yaml");
        await File.WriteAllTextAsync(manifest, """
            apiVersion: factory/v1
            kind: Job
            metadata: {name: sensible}
            spec: {queue: research, tasks: [{gpus: 1}], kernel: {name: triad, sizes: {n: 5000}}}
            """);
        await host.Factoryctl("submit", "-f", manifest);
        var (phase, told) = ("", "");
        await host.Until(
            async () =>
            {
                var job = await host.Get<JobResponse>("/v1/jobs/sensible");
                (phase, told) = (job.Phase, job.Message);
                if (phase == "waiting")
                    await host.Factoryctl("set", "gpu", Gpu, "ready");
                return phase is "succeeded" or "failed" or "refused";
            },
            () => $"the work is {phase}: {told}");
        Assert.True(phase == "succeeded", told + host.Log);
    }

    [Fact]
    public async Task An_agent_with_a_wrong_token_a_wrong_version_or_no_name_is_refused_and_told_why()
    {
        await using var host = await RunningHost.Start("--workload", "false", "--start-agent", "false");
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{host.AgentPort}");
        var client = new AgentLink.AgentLinkClient(channel);
        using (var wrong = client.Connect(new Metadata { { "authorization", "Bearer guess" } }))
            Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => wrong.ResponseStream.MoveNext(default))).StatusCode);
        Assert.Contains("version 77 of the protocol", await Refused(client, host, new Hello { ProtocolVersion = 77, Node = Node }), StringComparison.Ordinal);
        Assert.Contains("is not a node's name", await Refused(client, host, new Hello { ProtocolVersion = 1, Node = "a b" }), StringComparison.Ordinal);
        Assert.Contains("device 3 twice", await Refused(client, host, new Hello { ProtocolVersion = 1, Node = Node, Devices = { new Device { Index = 3 }, new Device { Index = 3 } } }), StringComparison.Ordinal);
    }

    private static async Task<string> Refused(AgentLink.AgentLinkClient client, RunningHost host, Hello hello)
    {
        using var call = client.Connect(Credentials(host));
        await call.RequestStream.WriteAsync(new FromAgent { Hello = hello });
        Assert.True(await call.ResponseStream.MoveNext(default));
        return call.ResponseStream.Current.Refusal.Reason;
    }

    private static async Task Babble(GrpcChannel channel, RunningHost host, RandomMessages random, int stream)
    {
        using var call = new AgentLink.AgentLinkClient(channel).Connect(Credentials(host));
        try
        {
            if (stream % 5 > 0)
            {
                var hello = random.Next<Hello>();
                (hello.ProtocolVersion, hello.Node) = (1, stream % 2 == 0 ? Node : hello.Node);
                await call.RequestStream.WriteAsync(new FromAgent { Hello = hello });
            }
            for (var message = 0; message < MessagesPerStream; message++)
                await call.RequestStream.WriteAsync(random.Next<FromAgent>());
            await call.RequestStream.CompleteAsync();
            while (await call.ResponseStream.MoveNext(default))
            {
                // Whatever it answers.
            }
        }
        catch (Exception fault) when (fault is RpcException or InvalidOperationException)
        {
            // The host ends a stream that makes no sense.
        }
    }

    private static async Task Garbage(RunningHost host)
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var noise = new byte[4096];
        new Random(7).NextBytes(noise);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{host.AgentPort}/factory.agent.v1.AgentLink/Connect")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(noise),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.Add("authorization", $"Bearer {Secret(host)}");
        try
        {
            using var response = await http.SendAsync(request);
        }
        catch (HttpRequestException)
        {
            // The connection may be ended.
        }
    }

    private static Metadata Credentials(RunningHost host) => new() { { "authorization", $"Bearer {Secret(host)}" } };

    private static string Secret(RunningHost host) => File.ReadAllText(Path.Combine(host.Data, "agent-token")).Trim();
}
