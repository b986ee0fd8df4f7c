using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

using CsCheck;

namespace ControlPlane.Hardware.Tests;

/// <summary>
/// Collectives by NCCL, each rank on a device of its own: by the doubles, or with <c>GPU_TESTS=cuda</c> on the machine's GPUs as
/// far as they go round.
/// </summary>
[Collection("devices")]
public sealed class NcclTests
{
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(3);

    [SkippableTheory]
    [InlineData(CollectiveOperation.AllReduce, 2, 4_000_000)]
    [InlineData(CollectiveOperation.AllReduce, 4, 400_004)]
    [InlineData(CollectiveOperation.AllGather, 3, 1_200_000)]
    [InlineData(CollectiveOperation.AllGather, 4, 1_000_012)] // In parts that are not equal.
    [InlineData(CollectiveOperation.AllGather, 4, 8)] // Some of them empty.
    [InlineData(CollectiveOperation.Broadcast, 4, 300_000)]
    [InlineData(CollectiveOperation.AllReduce, 1, 4000)]
    public async Task Every_rank_comes_to_the_reference_and_to_the_same_bits(CollectiveOperation operation, int ranks, long bytes)
    {
        var results = await Run(ranks, new(operation, bytes, 3, Check: true, Seed: 7));
        Assert.All(results, result => Assert.Null(result.Mistake));
        Assert.Single(results.Select(result => result.Checksum).Distinct());
        Assert.All(results, result => Assert.Equal(CollectiveTransport.Nccl, result.Transport));
        Assert.All(results, result => Assert.Matches(@"^2\.[0-9]+\.[0-9]+$", result.Detail));
        Assert.Equal(BusBandwidth.Factor(operation, ranks) * bytes / results[0].SecondsPerRepetition / 1e9, results[0].BusBandwidth, 1e-9);
    }

    [SkippableFact]
    public void Any_size_over_any_ranks_is_the_reference_s()
    {
        TestDevices.RequireNccl(4);
        Gen.Select(Gen.Enum<CollectiveOperation>(), Gen.Int[1, 4], Gen.Int[1, 60_000], Gen.ULong).Sample((operation, ranks, floats, seed) =>
        {
            var results = Run(ranks, new(operation, floats * sizeof(float), 1, Check: true, seed)).GetAwaiter().GetResult();
            Assert.All(results, result => Assert.Null(result.Mistake));
            Assert.Single(results.Select(result => result.Checksum).Distinct());
        }, iter: 12);
    }

    // Whoever is at fault is named to all, and all end.
    [SkippableTheory]
    [InlineData("init-fails@1", "rank 1 (node-1): ncclCommInitRankConfig: NCCL's error 2, unhandled system error")]
    [InlineData("fails@1:2", "rank 1 (node-1): ncclAllReduce: NCCL's error 2, unhandled system error")]
    [InlineData("async-error@1:3", "rank 1 (node-1): ncclAllReduce: NCCL's error 6, remote process exited or there was a network error")]
    [InlineData("init-hangs@1", "ncclCommInitRankConfig did not end within 4500 ms")]
    [InlineData("hangs@1:3", "ncclAllReduce did not end within 4500 ms")]
    public async Task A_rank_that_fails_ends_the_ring_for_all(string fault, string message)
    {
        TestDevices.RequireDouble("cuda");
        TestDevices.OrderNcclFault(fault);
        var faults = await FaultsOf(3, ring => Work(ring, new(CollectiveOperation.AllReduce, 2_000_000, 5, Check: false, Seed: 1)));
        Assert.All(faults, thrown => Assert.Contains(message, Assert.IsType<CollectiveFaultException>(thrown).Message, StringComparison.Ordinal));
        Assert.False(File.Exists(TestDevices.NcclFaultFile));
        Assert.All(await Run(3, new(CollectiveOperation.AllReduce, 4000, 1, Check: true, Seed: 1)), result => Assert.Null(result.Mistake));
    }

    [SkippableFact]
    public async Task A_rank_that_ends_is_named_to_those_that_wait_inside_NCCL()
    {
        var faults = await FaultsOf(4, ring =>
        {
            if (ring.Rank != 2)
                Work(ring, new(CollectiveOperation.AllReduce, 4000, 1, Check: false, Seed: 1));
        });
        Assert.Null(faults[2]);
        Assert.All([faults[0], faults[1], faults[3]], fault => Assert.Contains("rank 2 (node-2) has ended", Assert.IsType<CollectiveFaultException>(fault).Message, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_rank_that_falls_silent_is_named_to_those_that_wait_inside_NCCL()
    {
        using var over = new CountdownEvent(2);
        var faults = await FaultsOf(3, ring =>
        {
            if (ring.Rank == 1)
            {
                over.Wait(RunningRing.Patience);
                return;
            }
            try
            {
                Work(ring, new(CollectiveOperation.AllReduce, 4000, 1, Check: false, Seed: 1));
            }
            finally
            {
                over.Signal();
            }
        });
        Assert.All([faults[0], faults[2]], fault => Assert.Contains("rank 1 (node-1) has not been heard for 3 s", Assert.IsType<CollectiveFaultException>(fault).Message, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Work_that_is_stopped_ends_in_the_middle_of_its_waiting()
    {
        using var stop = new CancellationTokenSource();
        using var connected = new CountdownEvent(2);
        var faults = await FaultsOf(3, ring =>
        {
            if (ring.Rank == 2)
            {
                connected.Wait(RunningRing.Patience); // Before, a rank is not yet at work.
                stop.Cancel();
                return;
            }
            connected.Signal();
            Work(ring, new(CollectiveOperation.AllReduce, 4000, 1, Check: false, Seed: 1));
        }, stop.Token);
        Assert.All(faults[..2], fault => Assert.IsType<OperationCanceledException>(fault));
    }

    [SkippableFact]
    public async Task A_rank_whose_bits_most_others_contradict_has_a_wrong_result()
    {
        TestDevices.RequireDouble("cuda");
        TestDevices.OrderNcclFault("wrong@1:3");
        var request = new CollectiveRequest(CollectiveOperation.AllReduce, 2_000_000, 2, Check: false, Seed: 1); // One warms up.
        CollectiveResult? odd = null;
        var faults = await FaultsOf(3, ring =>
        {
            var result = Work(ring, request);
            if (ring.Rank == 1)
                odd = result;
        });
        Assert.Contains("the result's bits differ from those of 2 of 3 ranks", odd!.Mistake, StringComparison.Ordinal);
        Assert.All([faults[0], faults[2]], fault => Assert.Contains("the ranks came to different bits: rank 1 (node-1)", Assert.IsType<CollectiveFaultException>(fault).Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("rank 1 (b) has none", "22304 one", null)]
    [InlineData("rank 0 (a) has none: NCCL does not load", "0 one", "22304 two")]
    [InlineData("rank 1 (b) has 2.20.5, rank 0 (a) 2.23.4", "22304 one", "22005 two")]
    [InlineData("rank 0 (a) and rank 1 (b) share a device", "22304 one", "22304 one")]
    [InlineData(null, "22304 one", "22304 two")]
    public void NCCL_is_used_when_every_rank_has_the_same_on_a_device_of_its_own(string? why, string? first, string? second)
    {
        RingMember Told(string name, string? nccl) => CollectiveMessages.Read(RingPeer.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(CollectiveMessages.Of(
            new("127.0.0.1:1", new byte[16], "machine", name)
            {
                Nccl = nccl?.Split(' ') is [var version, var device]
                    ? new(int.Parse(version, System.Globalization.CultureInfo.InvariantCulture), device, new byte[128], version == "0" ? "NCCL does not load" : "")
                    : null,
            }))));
        Assert.Equal(why, NcclMember.WhyNot([Told("a", first), Told("b", second)]));
    }

    [Fact]
    public void A_rank_from_before_has_no_NCCL_and_no_newer_words()
    {
        var before = CollectiveMessages.Read(new RingPeer { Address = "127.0.0.1:1", Secret = Google.Protobuf.ByteString.CopyFrom(new byte[16]), Machine = "m", Name = "old" });
        Assert.Equal((0, null), (before.Words, before.Nccl));
    }

    [SkippableFact]
    public void Without_NCCL_a_device_says_why()
    {
        using var processor = TestDevices.Open("cpu:0");
        Assert.Null(NcclMember.Of(processor, 0));
        using var device = TestDevices.OpenDouble("cuda:0");
        using (new Setting("FACTORY_NCCL_LIBRARY", "no-such-nccl.so"))
            Assert.Contains("no-such-nccl.so", NcclMember.Of(device, 0)!.Obstacle, StringComparison.Ordinal);
        using (new Setting("FACTORY_NCCL_LIBRARY", "none"))
            Assert.Equal("FACTORY_NCCL_LIBRARY is \"none\"", NcclMember.Of(device, 0)!.Obstacle);
        Assert.Equal(22304, NcclMember.Of(device, 0)!.Version);
    }

    private static Task<CollectiveResult[]> Run(int ranks, CollectiveRequest request)
    {
        TestDevices.RequireNccl(ranks);
        return RunningRing.OnEach(ranks, true, ring => Work(ring, request), nccl: Said);
    }

    private static Task<Exception?[]> FaultsOf(int ranks, Action<Ring> work, CancellationToken cancellation = default)
    {
        TestDevices.RequireNccl(ranks);
        return RunningRing.FaultsOf(ranks, true, work, Brief, Said, cancellation);
    }

    private static NcclMember? Said(int rank)
    {
        using var device = TestDevices.Open($"cuda:{rank}");
        return NcclMember.Of(device, rank);
    }

    private static CollectiveResult Work(Ring ring, CollectiveRequest request)
    {
        using var device = TestDevices.Open($"cuda:{ring.Rank}");
        using var run = new CollectiveRun(device, request, ring.Rank, ring.Size);
        return run.Run(ring);
    }

    private sealed class Setting : IDisposable
    {
        private readonly string _name;
        private readonly string? _before;

        public Setting(string name, string value)
        {
            (_name, _before) = (name, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
    }
}
