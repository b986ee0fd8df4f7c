using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Probes;

namespace ControlPlane.Hardware.Tests;

/// <summary>Tokens a second and joules a token of a model's shape.</summary>
[Collection("devices")]
public sealed class TokenProbeTests
{
    private static readonly ModelShape Tiny = new("tiny", 2, 32, 4, 2, 16, 48, 100);

    [SkippableTheory]
    [InlineData("managed:0")]
    [InlineData("cpu:0")]
    [InlineData("cuda:0")]
    public async Task Every_batch_and_the_prompt_are_measured_and_energy_without_a_meter_is_unknown(string id)
    {
        using var device = TestDevices.Open(id);
        var points = await TokenProbe.RunAsync(device, new(Tiny, [1, 3], 8, 5, 2, []), default);
        Assert.Equal([("decode", 1, 8), ("decode", 3, 8), ("prefill", 1, 5)], points.Select(point => (point.Phase, point.Batch, point.Tokens)));
        Assert.All(points, point => Assert.True(point is { TokensPerSecond: > 0, JoulesPerToken: null }, point.ToString()));
    }

    [Fact]
    public async Task Tokens_and_joules_follow_the_power_limits_which_are_given_back()
    {
        using var device = new PoweredDevice();
        var points = await TokenProbe.RunAsync(device, new(Tiny, [4], 8, 5, 3, [100, 50, 1]), default);
        // 2 s a step at 400 W, and as many joules whatever the limit; 1 % lies below the lowest.
        Assert.Equal([(400.0, 2.0), (400, 2.5), (200, 1), (200, 1.25), (100, 0.5), (100, 0.625)], points.Select(point => (point.LimitWatts!.Value, point.TokensPerSecond)));
        Assert.All(points, point => Assert.Equal(800.0 / (point.Phase == "decode" ? 4 : 5), point.JoulesPerToken!.Value, 9));
        Assert.Equal(400, device.Limit);
    }

    [Fact]
    public async Task What_cannot_run_is_refused_with_every_reason_and_no_limit_is_changed()
    {
        using var device = new PoweredDevice();
        async Task<string> Refusal(ProbeRequest request) => (await Assert.ThrowsAsync<ArgumentException>(() => TokenProbe.RunAsync(device, request, default))).Message;
        Assert.Contains("3 heads of keys and values do not divide 4 heads", await Refusal(new(Tiny with { KeyValueHeads = 3 }, [1], 8, 5, 1, [])), StringComparison.Ordinal);
        Assert.Contains("sizes.m is 0", await Refusal(new(Tiny, [0], 8, 5, 1, [])), StringComparison.Ordinal);
        Assert.Contains("1 to 100 percent", await Refusal(new(Tiny, [1], 8, 5, 1, [150])), StringComparison.Ordinal);
        Assert.Equal(0, device.Runs);
        using var unlimited = DeviceCatalogue.Open("managed:0");
        await Assert.ThrowsAsync<DeviceFaultException>(() => TokenProbe.RunAsync(unlimited, new(Tiny, [1], 8, 5, 1, [50]), default));
    }

    /// <summary>A device that takes 800 J a step, at whatever its limit lets it draw.</summary>
    private sealed class PoweredDevice : IComputeDevice
    {
        private readonly IComputeDevice _memory = DeviceCatalogue.Open("managed:0");
        private double _joules;

        public double? Limit { get; private set; }

        public int Runs { get; private set; }

        public DeviceDescription Description => _memory.Description;

        public DeviceReadings Read() => new() { EnergyJoules = _joules, LimitWatts = Limit ?? 400, LowestLimitWatts = 100, HighestLimitWatts = 400 };

        public void LimitPower(double? watts) => Limit = watts;

        public IDeviceBuffer Allocate(long bytes) => _memory.Allocate(bytes);

        public Task<double> RunAsync(IReadOnlyList<KernelLaunch> launches, CancellationToken cancellation)
        {
            Runs++;
            _joules += 800;
            return Task.FromResult(800 / (Limit ?? 400));
        }

        public void Dispose() => _memory.Dispose();
    }
}
