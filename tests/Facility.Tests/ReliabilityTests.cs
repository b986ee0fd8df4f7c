using ControlPlane.Facility.Reliability;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public sealed class ReliabilityTests
{
    [Theory]
    [InlineData(16384, 1.80)]
    [InlineData(131072, 0.23)]
    public void Projects_what_was_published(int gpus, double hours) => Assert.Equal(hours, FailureRate.Rsc1.MeanHours(gpus / 8.0), 2);

    [Fact]
    public void Interruptions_that_were_seen_give_the_rate()
    {
        Assert.Equal(3.0931, FailureRate.Llama3.MeanHours(2048), 4);
        Assert.Equal(1.973e-5, FailureRate.Llama3.PerGpuHour(8), 8);
    }

    [Fact]
    public void Young_s_interval_is_nearly_the_best() =>
        Gen.Select(Gen.Double[1, 60], Gen.Double[3600, 100_000], Gen.Double[0.2, 5]).Sample((write, mean, factor) =>
        {
            var young = Checkpointing.YoungSeconds(write, mean);
            return Checkpointing.EffectiveShare(mean, 0, young, write) >= Checkpointing.EffectiveShare(mean, 0, young * factor, write) - 0.02;
        });

    [Fact]
    public void The_longest_interval_keeps_the_share() =>
        Gen.Select(Gen.Double[1, 60], Gen.Double[3600, 100_000], Gen.Double[0, 600], Gen.Double[0.3, 0.95]).Sample((write, mean, restart, share) =>
            Checkpointing.LongestInterval(mean, restart, write, share) is not { } longest
                ? Checkpointing.EffectiveShare(mean, restart, Checkpointing.YoungSeconds(write, mean), write) < share + 0.001
                : Math.Abs(Checkpointing.EffectiveShare(mean, restart, longest, write) - share) < 1e-6);

    [Fact]
    public void Writing_for_a_minute_cannot_reach_nine_tenths_at_sixteen_thousand_gpus()
    {
        var mean = FailureRate.Rsc1.MeanHours(2048) * 3600;
        Assert.Equal(882.52, Checkpointing.YoungSeconds(60, mean), 2);
        Assert.Equal(822.52, Checkpointing.DalySeconds(60, mean), 2);
        Assert.Equal(0.8294, Checkpointing.EffectiveShare(mean, 300, Checkpointing.YoungSeconds(60, mean), 60), 4);
        Assert.Null(Checkpointing.LongestInterval(mean, 300, 60, 0.9));
    }

    [Fact]
    public void A_failure_throws_away_half_an_interval_and_the_restart_of_every_gpu() =>
        Assert.Equal(2730.67, Checkpointing.GpuHoursLost(16384, 600, 300), 2);

    [Fact]
    public void Goodput_is_a_product_of_shares()
    {
        Assert.Equal(0.342, new Goodput(0.95, 0.9, 0.4).Overall, 9);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Goodput(1.1, 1, 1).Overall);
    }
}
