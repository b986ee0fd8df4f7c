using ControlPlane.Facility.Network;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class NetworkTests
{
    private const double FourGibibytes = 4.0 * 1024 * 1024 * 1024;

    [Theory]
    [InlineData(8, 740.64, 10.15)]
    [InlineData(32, 377.34, 22.05)]
    public void Reproduces_measured_all_reduces(int ranks, double gigabytesPerSecond, double milliseconds) =>
        Assert.Equal(milliseconds, Collectives.SecondsAtBusBandwidth(FourGibibytes, ranks, gigabytesPerSecond * 1e9) * 1000, 2);

    [Fact]
    public void Bus_bandwidth_and_time_are_each_other_s_inverse() =>
        Gen.Select(Gen.Double[1, 1e12], Gen.Int[2, 4096], Gen.Double[1e6, 1e12]).Sample((bytes, ranks, rate) =>
            Math.Abs(Collectives.BusBandwidth(bytes, ranks, Collectives.SecondsAtBusBandwidth(bytes, ranks, rate)) / rate - 1) < 1e-9);

    [Fact]
    public void Only_the_middle_step_of_a_hierarchy_leaves_the_node()
    {
        var reduce = new HierarchicalAllReduce(FourGibibytes, 4, 8);
        Assert.Equal(0.75 * 1024 * 1024 * 1024, reduce.NicBytesPerGpu, 3);
        Assert.Equal(0, new HierarchicalAllReduce(FourGibibytes, 1, 8).NicBytesPerGpu);
        Assert.Equal(HierarchicalAllReduce.MeasuredEfficiency, reduce.NicRateFromBusBandwidth(LinkRates.MeasuredBusBandwidth(32)!.Value) / LinkRates.Ndr400, 2);
    }

    [Fact]
    public void Fair_shares_give_nobody_more_than_asked_and_waste_nothing() =>
        Gen.Select(Gen.Double[0, 1000], Gen.Double[0, 400].Array[0, 12]).Sample((capacity, demands) =>
        {
            var shares = LinkSharing.FairShares(capacity, demands);
            var fair = Enumerable.Range(0, demands.Length).All(i => shares[i] <= demands[i] + 1e-9
                && (shares[i] >= demands[i] - 1e-9 || shares.All(other => other <= shares[i] + 1e-6)));
            return fair && Math.Abs(shares.Sum() - Math.Min(capacity, demands.Sum())) < 1e-6;
        });

    [Fact]
    public void Jobs_that_take_turns_do_not_slow_each_other_down()
    {
        CommunicationPhase[] together = [new(1, 0, 0.5, 50), new(1, 0, 0.5, 50)];
        Assert.Equal(2, Interleaving.Slowdown(50, together));
        Assert.Equal(1, Interleaving.Slowdown(50, Interleaving.Arrange(50, together)));
        Assert.Equal(0.5, Interleaving.CongestedShare(50, together), 9);
    }

    [Fact]
    public void Arranging_never_makes_it_worse() =>
        Gen.Select(Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 60]).Array[0, 6].Sample(jobs =>
        {
            var phases = jobs.Select(job => new CommunicationPhase(1, job.Item1, job.Item2, job.Item3)).ToList();
            return Interleaving.Slowdown(50, Interleaving.Arrange(50, phases)) <= Interleaving.Slowdown(50, phases) + 1e-12;
        });

    [Fact]
    public void Gradients_that_fit_the_window_cost_no_time()
    {
        var demand = new IterationDemand(8e9, 2, 16, 8, 2, 0.5);
        Assert.Equal(3.75e9, demand.BytesPerSecondPerGpu, 3);
        Assert.Equal(2, demand.IterationSeconds(3.75e9), 9);
        Assert.Equal(3, demand.IterationSeconds(3.75e9 / 2), 9);
    }

    [Fact]
    public void A_leaf_that_is_not_oversubscribed_gives_each_host_its_own_rate()
    {
        Assert.Equal(200, LinkSharing.WorstRatePerHost(32, 400, 16, 400));
        Assert.Equal(400, LinkSharing.WorstRatePerHost(32, 400, 64, 400));
    }

    [Fact]
    public void Refuses_figures_that_cannot_be()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Collectives.RingAllReduceSeconds(1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Collectives.RingAllReduceSeconds(-1, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LinkSharing.Slowdown(0, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CommunicationPhase(1, 0, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Interleaving.Slowdown(1, [new(1, 0, 1, 1), new(2, 0, 1, 1)]));
    }
}
