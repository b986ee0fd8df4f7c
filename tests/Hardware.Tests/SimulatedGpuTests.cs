using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Hardware.Simulated;

namespace ControlPlane.Hardware.Tests;

public sealed class SimulatedGpuTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // 0.05 K/W and a time constant of 30 s.
    private static readonly SimulatedGpuRating Rating = new(Watts.FromWatts(100), Watts.FromWatts(700), new ThermalMass(600, 0.05));

    private static SimulatedGpu Gpu(double timeScale = 1) => new(Rating, 25, timeScale, Begin);

    private static DateTimeOffset At(double seconds) => Begin.AddSeconds(seconds);

    private static SimulatedLease Lease(string job) => new(job, 1, 0);

    [Fact]
    public void Idles_at_its_settled_temperature() => Assert.Equal(new SimulatedSample(100, 30, 0), Gpu().Sample(At(5000)));

    [Fact]
    public void Makes_tokens_evenly_and_cools_after()
    {
        var gpu = Gpu();
        Assert.Null(gpu.Start(Lease("job"), new(100, 5000), 1000, Begin));
        Assert.Equal(30, gpu.Sample(Begin).TemperatureCelsius, 9);
        var half = gpu.Sample(At(50));
        Assert.Equal((700.0, 1.0), (half.PowerWatts, half.Utilisation));
        Assert.Equal(60 - 30 * Math.Exp(-50.0 / 30), half.TemperatureCelsius, 6);
        Assert.Equal(new SimulatedProgress(0.5, false, 2500), gpu.Progress(Lease("job"), At(50)));
        Assert.False(gpu.Progress(Lease("job"), At(99))!.Value.Done);
        Assert.Equal(new SimulatedProgress(1, true, 5000), gpu.Progress(Lease("job"), At(100)));
        Assert.Equal((SimulatedGpuState.Completed, 100.0), (gpu.StateAt(At(1000)), gpu.Sample(At(1000)).PowerWatts));
        Assert.Equal(30, gpu.Sample(At(1000)).TemperatureCelsius, 6);
    }

    [Fact]
    public void Shares_draw_their_part_and_end_one_by_one()
    {
        var gpu = Gpu();
        Assert.Null(gpu.Start(Lease("a"), new(100, 100), 500, Begin));
        Assert.Null(gpu.Start(Lease("b"), new(100, 100), 300, At(50)));
        Assert.Contains("800 of 1000", gpu.Start(Lease("c"), new(100, 100), 300, At(60)), StringComparison.Ordinal);
        Assert.Null(gpu.Start(Lease("a"), new(100, 100), 500, At(60)));
        Assert.Equal((580.0, 280.0, 100.0), (Power(gpu, 60), Power(gpu, 120), Power(gpu, 160)));
        Assert.Equal((true, 0.7), (gpu.Progress(Lease("a"), At(120))!.Value.Done, gpu.Progress(Lease("b"), At(120))!.Value.Share));
        Assert.True(gpu.Stop(Lease("b"), At(120)));
        Assert.False(gpu.Stop(Lease("b"), At(120)));
        Assert.Null(gpu.Progress(Lease("b"), At(130)));
        Assert.Equal(500, gpu.HeldMilli);
    }

    [Fact]
    public void A_cap_takes_effect_from_its_instant()
    {
        var gpu = Gpu();
        gpu.Start(Lease("job"), new(100, 100), 1000, Begin);
        gpu.Cap(175, At(50)); // an eighth of the dynamic power: half the speed
        Assert.Equal(175, Power(gpu, 60));
        Assert.Equal(0.55, gpu.Progress(Lease("job"), At(60))!.Value.Share, 9);
        gpu.Cap(null, At(100));
        Assert.False(gpu.Progress(Lease("job"), At(124))!.Value.Done);
        Assert.True(gpu.Progress(Lease("job"), At(125))!.Value.Done);
    }

    [Fact]
    public void No_cap_stops_it()
    {
        var gpu = Gpu();
        gpu.Start(Lease("job"), new(100, 100), 1000, Begin);
        gpu.Cap(0, Begin);
        Assert.Equal(100, Power(gpu, 100));
        Assert.Equal(0.1, gpu.Progress(Lease("job"), At(100))!.Value.Share, 9);
    }

    [Fact]
    public void Scaled_time_runs_work_and_heat_faster()
    {
        SimulatedGpu slow = Gpu(), fast = Gpu(timeScale: 60);
        slow.Start(Lease("job"), new(600, 10), 1000, Begin);
        fast.Start(Lease("job"), new(600, 10), 1000, Begin);
        Assert.Equal(slow.Sample(At(240)), fast.Sample(At(4)));
        Assert.Equal(slow.Progress(Lease("job"), At(240)), fast.Progress(Lease("job"), At(4)));
    }

    [Fact]
    public void Looking_often_changes_nothing_and_rebuilding_gives_the_same()
    {
        SimulatedGpu looked = Gpu(), rebuilt = Gpu();
        looked.Start(Lease("job"), new(500, 10), 1000, At(7));
        for (var second = 7; second < 300; second++)
            looked.Sample(At(second));
        rebuilt.Start(Lease("job"), new(500, 10), 1000, At(7));
        Assert.Equal(rebuilt.Sample(At(300)), looked.Sample(At(300)));
    }

    [Fact]
    public void A_lease_heard_of_late_is_as_far_as_its_start_says()
    {
        var gpu = Gpu();
        gpu.Start(Lease("a"), new(100, 10), 400, At(20));
        gpu.Start(Lease("b"), new(100, 10), 400, At(10));
        Assert.Equal(0.5, gpu.Progress(Lease("b"), At(60))!.Value.Share, 9);
        Assert.Equal(0.4, gpu.Progress(Lease("a"), At(60))!.Value.Share, 9);
    }

    [Fact]
    public void A_hung_one_is_busy_without_progress_and_a_failed_one_takes_no_lease()
    {
        var gpu = Gpu();
        gpu.Start(Lease("job"), new(10, 100), 1000, Begin);
        gpu.Hang(At(2));
        Assert.Equal((SimulatedGpuState.Hung, 700.0), (gpu.StateAt(At(100)), Power(gpu, 100)));
        Assert.Equal(0.2, gpu.Progress(Lease("job"), At(100))!.Value.Share, 9);
        gpu.Fail("Xid 79", At(100));
        Assert.Equal((SimulatedGpuState.Failed, 100.0), (gpu.StateAt(At(101)), Power(gpu, 101)));
        Assert.Contains("Xid 79", gpu.Start(Lease("next"), new(10, 1), 1000, At(101)), StringComparison.Ordinal);
        gpu.Repair(At(200));
        Assert.Null(gpu.Start(Lease("next"), new(10, 1), 1000, At(201)));
    }

    [Fact]
    public void An_instant_before_the_last_change_reads_as_that_change()
    {
        var gpu = Gpu();
        gpu.Start(Lease("job"), new(100, 100), 1000, Begin);
        gpu.Cap(500, At(10));
        Assert.Equal(gpu.Sample(At(10)), gpu.Sample(At(9)));
    }

    private static double Power(SimulatedGpu gpu, double seconds) => gpu.Sample(At(seconds)).PowerWatts;
}
