using System.Net;
using System.Net.Sockets;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Devices;

using CsCheck;

namespace ControlPlane.Hardware.Tests;

/// <summary>Collectives over both transports: results to the bit, and rings that break.</summary>
[Collection("devices")]
public sealed class CollectiveTests
{
    [SkippableTheory]
    [InlineData("cpu:0", CollectiveOperation.AllReduce, 4, true, 4_000_000)]
    [InlineData("cpu:0", CollectiveOperation.AllReduce, 3, false, 2_000_004)]
    [InlineData("cpu:0", CollectiveOperation.AllGather, 4, true, 1_000_012)]
    [InlineData("cpu:0", CollectiveOperation.Broadcast, 4, false, 3_000_000)]
    [InlineData("managed:0", CollectiveOperation.AllReduce, 2, true, 40)]
    [InlineData("managed:0", CollectiveOperation.AllReduce, 5, true, 4)]
    [InlineData("managed:0", CollectiveOperation.AllGather, 5, false, 8)]
    [InlineData("managed:0", CollectiveOperation.Broadcast, 2, true, 4)]
    [InlineData("cuda:0", CollectiveOperation.AllReduce, 2, true, 300_000)]
    [InlineData("cpu:0", CollectiveOperation.AllReduce, 1, true, 1000)]
    public async Task Every_rank_comes_to_the_reference_and_to_the_same_bits(string device, CollectiveOperation operation, int ranks, bool sharesMemory, long bytes)
    {
        using var opened = TestDevices.Open(device);
        var request = new CollectiveRequest(operation, bytes, 2, Check: true, Seed: 7);
        var results = await RunningRing.OnEach(ranks, sharesMemory, ring =>
        {
            using var run = new CollectiveRun(opened, request, ring.Rank, ranks);
            return run.Run(ring);
        });
        Assert.All(results, result => Assert.Null(result.Mistake));
        Assert.Single(results.Select(result => result.Checksum).Distinct());
        Assert.All(results, result => Assert.Equal(sharesMemory && ranks > 1 && OperatingSystem.IsLinux() ? CollectiveTransport.SharedMemory : CollectiveTransport.Tcp, result.Transport));
        Assert.Equal(BusBandwidth.Factor(operation, ranks) * bytes / results[0].SecondsPerRepetition / 1e9, results[0].BusBandwidth, 1e-9);
    }

    [Fact]
    public void Sums_are_those_of_the_ring_s_order_for_any_number_of_ranks_and_floats() => Gen.Select(
        Gen.Int[1, 6], Gen.Int[1, 200_000], Gen.Bool, Gen.Int[0, 1000]).Sample((ranks, count, sharesMemory, seed) =>
        {
            var inputs = Enumerable.Range(0, ranks).Select(rank => Floats(seed + rank, count)).ToArray();
            var sums = RunningRing.OnEach(ranks, sharesMemory, ring => RunningRing.AllReduce(ring, inputs[ring.Rank])).GetAwaiter().GetResult();
            var expected = InRingOrder(inputs);
            Assert.All(sums, sum => Assert.Equal(expected, sum));
        }, iter: 25);

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Ranks_of_a_new_ring_that_all_send_first_do_not_lock_up(int ranks)
    {
        for (var again = 0; again < 10; again++)
        {
            var sums = await RunningRing.OnEach(ranks, false, ring => RunningRing.AllReduce(ring, new float[500_000]));
            Assert.All(sums, sum => Assert.Equal(0, sum[^1]));
        }
    }

    // More ranks than processors: now one looks in vain and sleeps, now the other; a wake that gets lost would end it in silence.
    [Theory]
    [InlineData(2, 4000)]
    [InlineData(5, 400)]
    public async Task Ranks_that_wait_for_each_other_again_and_again_are_all_woken(int ranks, int times)
    {
        var sums = await RunningRing.OnEach(ranks, true, ring =>
        {
            float[] sum = [0];
            for (var again = 0; again < times; again++)
            {
                if (again % ranks == ring.Rank)
                    Thread.SpinWait(again % 7 * 2000); // Each in turn comes late, now and then so late that others sleep.
                sum = RunningRing.AllReduce(ring, [again]);
            }
            return sum;
        });
        Assert.All(sums, sum => Assert.Equal([(float)ranks * (times - 1)], sum));
    }

    [Theory]
    [InlineData(CollectiveOperation.AllReduce, 2, 1)]
    [InlineData(CollectiveOperation.AllReduce, 4, 1.5)]
    [InlineData(CollectiveOperation.AllReduce, 8, 1.75)]
    [InlineData(CollectiveOperation.AllGather, 4, 0.75)]
    [InlineData(CollectiveOperation.Broadcast, 8, 1)]
    [InlineData(CollectiveOperation.AllReduce, 1, 0)]
    public void Bus_bandwidth_is_nccl_tests_own(CollectiveOperation operation, int ranks, double factor)
    {
        Assert.Equal(factor, BusBandwidth.Factor(operation, ranks));
        Assert.Equal(2 * factor, BusBandwidth.Of(operation, ranks, 1_000_000_000, 0.5), 12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rank_that_ends_ends_the_ring_for_all_with_its_name(bool sharesMemory)
    {
        var faults = await RunningRing.FaultsOf(4, sharesMemory, ring =>
        {
            RunningRing.AllReduce(ring, new float[100_000]);
            if (ring.Rank == 2)
                ring.Dispose();
            for (var again = 0; ring.Rank != 2; again++)
                RunningRing.AllReduce(ring, new float[1_000_000]);
        });
        Assert.Null(faults[2]);
        Assert.All([faults[0], faults[1], faults[3]], fault => Assert.Contains("rank 2 (node-2) has ended", Assert.IsType<CollectiveFaultException>(fault).Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rank_that_falls_silent_is_named_and_nobody_waits_for_ever()
    {
        using var over = new CountdownEvent(2);
        var faults = await RunningRing.FaultsOf(3, true, ring =>
        {
            if (ring.Rank == 1)
            {
                over.Wait(RunningRing.Patience);
                return;
            }
            try
            {
                RunningRing.AllReduce(ring, new float[50_000]);
            }
            finally
            {
                over.Signal();
            }
        }, TimeSpan.FromSeconds(2));
        Assert.Contains("rank 1 (node-1) has not been heard for 2 s", Assert.IsType<CollectiveFaultException>(faults[2]).Message, StringComparison.Ordinal);
        Assert.IsType<CollectiveFaultException>(faults[0]);
    }

    [Fact]
    public async Task Work_that_is_stopped_ends_in_the_middle_of_its_waiting()
    {
        using var stop = new CancellationTokenSource();
        var faults = await RunningRing.FaultsOf(2, true, ring =>
        {
            RunningRing.AllReduce(ring, [1]); // Both are connected.
            if (ring.Rank == 0)
                stop.Cancel();
            while (true)
                RunningRing.AllReduce(ring, new float[10_000]);
        }, cancellation: stop.Token);
        Assert.All(faults, fault => Assert.IsType<OperationCanceledException>(fault));
    }

    [Fact]
    public async Task Strangers_at_the_port_change_nothing()
    {
        using var first = new RingListener(IPAddress.Loopback, "node-0");
        using var second = new RingListener(IPAddress.Loopback, "node-1");
        var members = new[] { first.Member, second.Member };
        using var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await stranger.ConnectAsync(IPEndPoint.Parse(first.Member.Address));
        await stranger.SendAsync(new byte[36]);
        using var scanner = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await scanner.ConnectAsync(IPEndPoint.Parse(second.Member.Address));
        scanner.Close();
        var rings = await Task.WhenAll(
            first.ConnectAsync(members, 0, RunningRing.Patience, default), second.ConnectAsync(members, 1, RunningRing.Patience, default));
        var sums = await Task.WhenAll(rings.Select(ring => Task.Run(() => RunningRing.AllReduce(ring, [1, 2, 3]))));
        Assert.All(sums, sum => Assert.Equal([2f, 4f, 6f], sum));
        Array.ForEach(rings, ring => ring.Dispose());
    }

    [Fact]
    public async Task With_a_rank_from_before_all_do_as_it_does()
    {
        var request = new CollectiveRequest(CollectiveOperation.AllReduce, 400, 3, Check: false, Seed: 7);
        using var first = new RingListener(IPAddress.Loopback, "node-0");
        using var second = new RingListener(IPAddress.Loopback, "node-1");
        var members = new[] { first.Member, second.Member with { Words = 0 } };
        var connecting = second.ConnectAsync(members, 1, RunningRing.Patience, default);
        using var own = await first.ConnectAsync(members, 0, RunningRing.Patience, default);
        using var before = await connecting;
        var older = Task.Run(() =>
        {
            RunningRing.AllReduce(before, new float[100]); // One that does not count,
            before.Barrier();
            for (var again = 0; again < request.Repetitions; again++)
                RunningRing.AllReduce(before, new float[100]);
            before.Barrier(); // and nothing after the end.
        });
        using var device = DeviceCatalogue.Open("managed:0");
        using var run = new CollectiveRun(device, request, 0, 2);
        var result = run.Run(own);
        await older;
        Assert.Equal((CollectiveTransport.Tcp, null), (result.Transport, result.Mistake));
    }

    [Fact]
    public async Task A_rank_that_never_comes_is_named()
    {
        using var first = new RingListener(IPAddress.Loopback, "node-0");
        using var second = new RingListener(IPAddress.Loopback, "node-1");
        var gone = second.Member;
        second.Dispose();
        var fault = await Assert.ThrowsAsync<CollectiveFaultException>(() => first.ConnectAsync([first.Member, gone], 0, TimeSpan.FromSeconds(1), default).WaitAsync(RunningRing.Patience));
        Assert.Contains("rank 1 (node-1)", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CollectiveOperation.AllReduce, 6, 1, 2, "bytes is 6")]
    [InlineData(CollectiveOperation.AllReduce, 0, 1, 2, "bytes is 0")]
    [InlineData(CollectiveOperation.AllReduce, 2_000_000_000, 1, 2, "bytes is 2000000000")]
    [InlineData(CollectiveOperation.Broadcast, 8, 0, 2, "repetitions is 0")]
    [InlineData(CollectiveOperation.AllGather, 8, 1, 1000, "There are 1000 ranks")]
    [InlineData((CollectiveOperation)9, 8, 1, 2, "There is no operation 9")]
    public void What_cannot_run_is_refused_with_the_reason(CollectiveOperation operation, long bytes, int repetitions, int ranks, string why)
    {
        var request = new CollectiveRequest(operation, bytes, repetitions, true, 1);
        Assert.StartsWith(why, Assert.Single(CollectiveRun.Flaws(request, ranks)).Message, StringComparison.Ordinal);
        using var device = DeviceCatalogue.Open("managed:0");
        Assert.Throws<ArgumentException>(() => new CollectiveRun(device, request, 0, ranks));
    }

    private static float[] Floats(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    // Element by element: from the rank of its segment onward, in single precision.
    private static float[] InRingOrder(float[][] inputs)
    {
        var (ranks, count) = (inputs.Length, inputs[0].Length);
        var sums = new float[count];
        for (var segment = 0; segment < ranks; segment++)
        {
            for (var i = (int)((long)count * segment / ranks); i < (long)count * (segment + 1) / ranks; i++)
            {
                sums[i] = inputs[segment][i];
                for (var next = 1; next < ranks; next++)
                    sums[i] += inputs[(segment + next) % ranks][i];
            }
        }
        return sums;
    }
}
