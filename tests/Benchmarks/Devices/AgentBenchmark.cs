using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ControlPlane.Hardware.Protocol;
using ControlPlane.Testing;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>
/// What agents cost: 1,000 of them with 8 GPUs each against one host process, every GPU told once a second; and one real
/// agent with 8 devices of the driver double and their executors.
/// </summary>
internal static class AgentBenchmark
{
    private const int Agents = 1_000;
    private const int Gpus = 8;
    private const int NodesPerRack = 4;

    private static readonly TimeSpan Warming = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(30);

    public static async Task Run()
    {
        await using var host = await HostProcess.StartAsync(Manifest());
        await Many(host);
        await One(host);
    }

    private static async Task Many(HostProcess host)
    {
        using var ending = new CancellationTokenSource();
        var answers = new ConcurrentQueue<double>();
        using var channels = new Channels(host.AgentAddress);
        var agents = Enumerable.Range(0, Agents).Select(number => Agent(channels.Of(number), host.Token, NodeOf(number), number, answers, ending.Token)).ToArray();
        await Task.Delay(Warming);
        answers.Clear();
        var before = host.Usage();
        await Task.Delay(Measured);
        var used = host.Usage();
        var times = answers.ToArray();
        await ending.CancelAsync();
        await Task.WhenAll(agents);
        Figure.Print("agents.1000.host.cpu", (used.CpuSeconds - before.CpuSeconds) / Measured.TotalSeconds, "cores");
        Figure.Print("agents.1000.host.memory", used.Megabytes, "MB");
        Figure.Print("agents.1000.answers", times.Length / Measured.TotalSeconds, "1/s");
        Figure.Print("agents.1000.answer.p50", Figure.Percentile(times, 0.5), "ms");
        Figure.Print("agents.1000.answer.p99", Figure.Percentile(times, 0.99), "ms");
    }

    private static async Task Agent(GrpcChannel channel, string token, string node, int number, ConcurrentQueue<double> answers, CancellationToken ending)
    {
        try
        {
            // Spread over the second, as machines that were not started at one instant are.
            await Task.Delay(TimeSpan.FromMilliseconds(number % 1000), ending);
            using var call = new AgentLink.AgentLinkClient(channel).Connect(new Metadata { { "authorization", $"Bearer {token}" } }, cancellationToken: ending);
            var hello = new Hello { ProtocolVersion = 1, Node = node, AgentVersion = "benchmark" };
            for (var gpu = 0u; gpu < Gpus; gpu++)
                hello.Devices.Add(new Device { Index = gpu, Kind = "cuda", Name = "simulated", Health = DeviceHealth.Healthy });
            await call.RequestStream.WriteAsync(new FromAgent { Hello = hello }, ending);
            var reading = Hear(call.ResponseStream, answers, ending);
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            do
                await call.RequestStream.WriteAsync(new FromAgent { Telemetry = Readings(number) }, ending);
            while (await timer.WaitForNextTickAsync(ending));
            await reading;
        }
        catch (Exception fault) when (fault is OperationCanceledException or RpcException or IOException)
        {
            if (!ending.IsCancellationRequested)
                await Console.Error.WriteLineAsync($"{node}: {fault.Message}");
        }
    }

    private static Telemetry Readings(int number)
    {
        var telemetry = new Telemetry { Sent = Stopwatch.GetTimestamp() };
        for (var gpu = 0u; gpu < Gpus; gpu++)
        {
            telemetry.Samples.Add(new DeviceSample
            {
                Device = gpu,
                PowerWatts = 300 + (number % 100),
                TemperatureCelsius = 55,
                Utilisation = 0.9,
                MemoryUsedBytes = 40_000_000_000,
                Health = DeviceHealth.Healthy,
                LimitWatts = 700,
                EnergyJoules = 1e6,
                SmClockMegahertz = 1700,
                SlowedBecause = 0,
                UncorrectedErrors = 0,
            });
        }
        return telemetry;
    }

    private static async Task Hear(IAsyncStreamReader<ToAgent> incoming, ConcurrentQueue<double> answers, CancellationToken ending)
    {
        while (await incoming.MoveNext(ending))
        {
            if (incoming.Current.Welcome is { Answers: > 0 } welcome)
                answers.Enqueue(Stopwatch.GetElapsedTime(welcome.Answers).TotalMilliseconds);
        }
    }

    private static async Task One(HostProcess host)
    {
        using var agent = host.StartAgent("bench-251-n00", new() { ["FACTORY_CUDA_LIBRARY"] = "double", ["FACTORY_NVML_LIBRARY"] = "double", ["FACTORY_DOUBLE_DEVICES"] = $"{Gpus}" });
        await Task.Delay(Warming);
        var before = ProcessUsage.Of(agent.Id);
        await Task.Delay(Measured);
        var used = ProcessUsage.Of(agent.Id);
        agent.Kill(entireProcessTree: true);
        Figure.Print("agent.8-gpus.cpu", 100 * (used.Own.CpuSeconds - before.Own.CpuSeconds) / Measured.TotalSeconds, "% of a core");
        Figure.Print("agent.8-gpus.memory", used.Own.Megabytes, "MB");
        Figure.Print("agent.8-gpus.executors", used.Children, "");
        Figure.Print("agent.8-gpus.with-executors.cpu", 100 * (used.All.CpuSeconds - before.All.CpuSeconds) / Measured.TotalSeconds, "% of a core");
        Figure.Print("agent.8-gpus.with-executors.memory", used.All.Megabytes, "MB");
    }

    private static string NodeOf(int number) => string.Create(CultureInfo.InvariantCulture, $"bench-{1 + (number / NodesPerRack):000}-n{number % NodesPerRack:00}");

    // Nothing binds: the agents' way is measured, not placement.
    private static string Manifest() =>
        TestHall.Named().Feed("1000MW").Cooling("1000MW", "1000MW").With("DGX-H100-x4", (Agents / NodesPerRack) + 1, "bench", "agent").ToYaml();

    /// <summary>Connections: HTTP/2 carries a hundred streams on each.</summary>
    private sealed class Channels(Uri address) : IDisposable
    {
        private const int StreamsPerConnection = 50;

        private readonly ConcurrentDictionary<int, GrpcChannel> _channels = new();

        public GrpcChannel Of(int number) => _channels.GetOrAdd(number / StreamsPerConnection, _ => GrpcChannel.ForAddress(address));

        public void Dispose()
        {
            foreach (var channel in _channels.Values)
                channel.Dispose();
        }
    }
}
