using ControlPlane.Hardware.Simulated;

namespace ControlPlane.Hardware.Tests;

public sealed class SimulatedGpuTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SimulatedGpuRating Rating = new(100, 700, 0.05, 30);

    private static SimulatedGpu Gpu(double timeScale = 1) => new(Rating, 25, timeScale, Start);

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    [Fact]
    public void Idles_at_its_settled_temperature() =>
        Assert.Equal(new SimulatedSample(100, 30, 0, 0, 0), Gpu().Sample(At(5000)));

    [Fact]
    public void Makes_tokens_evenly_and_cools_after()
    {
        var gpu = Gpu();
        Assert.Null(gpu.Lease("job", 1, new(100, 5000), Start));
        var half = gpu.Sample(At(50));
        Assert.Equal((700.0, 1.0, 0.5, 2500.0), (half.PowerWatts, half.Utilisation, half.Progress, half.Tokens));
        Assert.Equal(60 - 30 * Math.Exp(-50.0 / 30), half.TemperatureCelsius, 9);
        Assert.Equal(At(100), gpu.CompletesAt());
        var after = gpu.Sample(At(1000));
        Assert.Equal((SimulatedGpuState.Completed, 100.0, 5000.0), (gpu.StateAt(At(1000)), after.PowerWatts, after.Tokens));
        Assert.Equal(30, after.TemperatureCelsius, 6);
    }

    [Fact]
    public void A_cap_takes_effect_from_its_instant()
    {
        var gpu = Gpu();
        gpu.Lease("job", 1, new(100, 100), Start);
        gpu.Cap(175, At(50)); // an eighth of the dynamic power: half the speed
        Assert.Equal(175, gpu.Sample(At(60)).PowerWatts);
        Assert.Equal(0.55, gpu.Sample(At(60)).Progress, 9);
        Assert.Equal(At(150), gpu.CompletesAt());
        gpu.Cap(null, At(100));
        Assert.Equal(At(125), gpu.CompletesAt());
    }

    [Fact]
    public void No_cap_stops_it()
    {
        var gpu = Gpu();
        gpu.Lease("job", 1, new(100, 100), Start);
        gpu.Cap(0, Start);
        Assert.Equal((100.0, 0.1), (gpu.Sample(At(100)).PowerWatts, Math.Round(gpu.Sample(At(100)).Progress, 9)));
    }

    [Fact]
    public void Scaled_time_runs_work_and_heat_faster()
    {
        SimulatedGpu slow = Gpu(), fast = Gpu(timeScale: 60);
        slow.Lease("job", 1, new(600, 10), Start);
        fast.Lease("job", 1, new(600, 10), Start);
        Assert.Equal(slow.Sample(At(240)), fast.Sample(At(4)));
    }

    [Fact]
    public void Looking_often_changes_nothing_and_rebuilding_gives_the_same()
    {
        SimulatedGpu looked = Gpu(), rebuilt = Gpu();
        looked.Lease("job", 3, new(500, 10), At(7));
        for (var second = 7; second < 300; second++)
            looked.Sample(At(second));
        rebuilt.Lease("job", 3, new(500, 10), At(7));
        Assert.Equal(rebuilt.Sample(At(300)), looked.Sample(At(300)));
    }

    [Fact]
    public void Older_and_taken_generations_are_refused()
    {
        var gpu = Gpu();
        Assert.Null(gpu.Lease("a", 5, new(10, 1), Start));
        Assert.Contains("older than 5", gpu.Lease("b", 4, new(10, 1), Start), StringComparison.Ordinal);
        Assert.NotNull(gpu.Lease("b", 5, new(10, 1), Start));
        Assert.Null(gpu.Lease("a", 5, new(10, 1), At(5)));
        Assert.Equal(0.5, gpu.Sample(At(5)).Progress, 9);
        Assert.False(gpu.Release("a", 4, At(5)));
        Assert.True(gpu.Release("a", 5, At(6)));
        Assert.NotNull(gpu.Lease("a", 5, new(10, 1), At(7)));
        Assert.Null(gpu.Lease("b", 6, new(10, 1), At(7)));
    }

    [Fact]
    public void A_hung_one_is_busy_without_progress_and_a_failed_one_takes_no_lease()
    {
        var gpu = Gpu();
        gpu.Lease("job", 1, new(10, 100), Start);
        gpu.Hang(At(2));
        var sample = gpu.Sample(At(100));
        Assert.Equal((700.0, 1.0, 0.2), (sample.PowerWatts, sample.Utilisation, Math.Round(sample.Progress, 9)));
        Assert.Null(gpu.CompletesAt());
        gpu.Fail("Xid 79", At(100));
        Assert.Equal((SimulatedGpuState.Failed, 100.0), (gpu.StateAt(At(101)), gpu.Sample(At(101)).PowerWatts));
        Assert.Contains("Xid 79", gpu.Lease("next", 2, new(10, 1), At(101)), StringComparison.Ordinal);
        gpu.Repair(At(200));
        Assert.Null(gpu.Lease("next", 2, new(10, 1), At(201)));
    }

    [Fact]
    public void Time_does_not_go_backwards()
    {
        var gpu = Gpu();
        gpu.Cap(500, At(10));
        Assert.Throws<ArgumentOutOfRangeException>(() => gpu.Sample(At(9)));
    }
}
