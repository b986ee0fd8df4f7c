using System.Diagnostics;
using System.Globalization;
using System.Net;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

using Google.Protobuf;

namespace ControlPlane.Agent.Execution;

/// <summary>A collective over processes of this machine, without a host: for the person who stands before it.</summary>
/// <param name="Device">Each rank's device, such as <c>cpu:0</c>; with <c>cuda</c> rank i is on <c>cuda:i</c>.</param>
/// <param name="Ranks">How many processes.</param>
/// <param name="Transport">By which way they send; null for the best that all have.</param>
/// <param name="Request">What they do.</param>
internal sealed record CollectiveMeasurement(string Device, int Ranks, CollectiveTransport? Transport, CollectiveRequest Request)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);
    private static readonly JsonParser Leniently = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>The word of each operation on the command line.</summary>
    public static IReadOnlyDictionary<string, CollectiveOperation> Operations { get; } =
        Enum.GetValues<CollectiveOperation>().ToDictionary(CollectiveText.Word);

    /// <summary>The word of each way on the command line.</summary>
    public static IReadOnlyDictionary<string, CollectiveTransport?> Transports { get; } = new Dictionary<string, CollectiveTransport?>
    {
        ["auto"] = null,
        ["shared"] = CollectiveTransport.SharedMemory,
        ["tcp"] = CollectiveTransport.Tcp,
        ["nccl"] = CollectiveTransport.Nccl,
    };

    /// <summary>Measures, and prints what rank 0 measured.</summary>
    public async Task<int> PrintAsync(CancellationToken cancellation)
    {
        var flaws = CollectiveRun.Flaws(Request, Ranks);
        if (flaws.Count > 0)
            return Complain(string.Join(' ', flaws.Select(flaw => $"--{flaw.Field}: {flaw.Message}")));
        try
        {
            var reports = await MeasureAsync(cancellation).ConfigureAwait(false);
            var (bandwidth, seconds) = (reports.Average(report => report.Rate), reports.Average(report => report.SecondsPerRepetition));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{reports[0].Remark}: {bandwidth:0.###} GB/s bus bandwidth, {Request.Bytes / seconds / 1e9:0.###} GB/s by bytes of the result, {seconds * 1e6:0.#} us a repetition, checksum {reports[0].Checksum:x16} on all ranks, largest error {reports.Max(report => report.MaxRelativeError):g3}"));
            return 0;
        }
        catch (Exception e) when (e is CollectiveFaultException or IOException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>What each rank measured, in order.</summary>
    /// <exception cref="CollectiveFaultException">A rank failed, or the ranks do not agree.</exception>
    public async Task<WorkReport[]> MeasureAsync(CancellationToken cancellation)
    {
        var children = Enumerable.Range(0, Ranks).Select(StartRank).ToList();
        try
        {
            var peers = await Task.WhenAll(children.Select(child => LineAsync(child, cancellation))).ConfigureAwait(false);
            // A rank that fails before it listens says so instead.
            if (peers.Select(Leniently.Parse<WorkReport>).FirstOrDefault(report => report.ErrorCode.Length > 0) is { } lost)
                throw new CollectiveFaultException(lost.Error);
            foreach (var child in children)
                await child.StandardInput.WriteLineAsync(string.Join(Environment.NewLine, peers).AsMemory(), cancellation).ConfigureAwait(false);
            var lines = await Task.WhenAll(children.Select(child => LineAsync(child, cancellation))).ConfigureAwait(false);
            var reports = lines.Select(WorkReport.Parser.ParseJson).ToArray();
            if (Array.Find(reports, report => !report.Succeeded) is { } failed)
                throw new CollectiveFaultException(failed.Error);
            return reports.Select(report => report.Checksum).Distinct().Count() == 1 ? reports : throw new CollectiveFaultException("the ranks came to different results");
        }
        finally
        {
            foreach (var child in children)
            {
                if (!child.HasExited)
                    child.Kill();
                child.Dispose();
            }
        }
    }

    /// <summary>One rank's process: says where it listens, hears where all do, and says what it measured.</summary>
    public async Task<int> BeRankAsync(int rank, TextReader input, TextWriter output, CancellationToken cancellation)
    {
        var report = new WorkReport();
        try
        {
            using var device = DeviceCatalogue.Open(Device == "cuda" ? FormattableString.Invariant($"cuda:{rank}") : Device);
            using var run = new CollectiveRun(device, Request, rank, Ranks);
            var nccl = Transport is null or CollectiveTransport.Nccl ? NcclMember.Of(device, rank) : null;
            using var listener = new RingListener(
                IPAddress.Loopback, FormattableString.Invariant($"process {Environment.ProcessId}"), Transport != CollectiveTransport.Tcp, nccl);
            await output.WriteLineAsync(JsonFormatter.Default.Format(CollectiveMessages.Of(listener.Member))).ConfigureAwait(false);
            var members = new List<RingMember>();
            while (members.Count < Ranks && await input.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line)
                members.Add(CollectiveMessages.Read(RingPeer.Parser.ParseJson(line)));
            if (Transport == CollectiveTransport.Nccl && NcclMember.WhyNot(members) is { } why)
                throw new CollectiveFaultException($"NCCL cannot be used: {(why.Length > 0 ? why : "no rank is on a CUDA device")}");
            using var ring = await listener.ConnectAsync(members, rank, Silence, cancellation).ConfigureAwait(false);
            KernelWorkOrder.Fill(report, Request, Ranks, run.Run(ring));
        }
        catch (Exception e) when (e is DeviceFaultException or CollectiveFaultException or ArgumentException)
        {
            KernelWorkOrder.Fail(report, CollectiveFaultException.ErrorCode, e.Message);
        }
        await output.WriteLineAsync(JsonFormatter.Default.Format(report)).ConfigureAwait(false);
        return report.Succeeded ? 0 : 1;
    }

    private Process StartRank(int rank)
    {
        string[] words =
        [
            "collective-rank", "--device", Device, "--rank", $"{rank}", "--ranks", $"{Ranks}", "--operation", CollectiveText.Word(Request.Operation),
            "--bytes", $"{Request.Bytes}", "--repetitions", $"{Request.Repetitions}", "--transport", Transports.First(way => way.Value == Transport).Key,
            "--check", $"{Request.Check}",
        ];
        var start = AgentProgram.Start(redirectOutput: true, words);
        start.RedirectStandardInput = true;
        return Process.Start(start) ?? throw new IOException("A rank's process did not start.");
    }

    private static async Task<string> LineAsync(Process child, CancellationToken cancellation) =>
        await child.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false) ?? throw new CollectiveFaultException("a rank's process ended without a word");

    private static int Complain(string message)
    {
        Console.Error.WriteLine(message);
        return 2;
    }
}
