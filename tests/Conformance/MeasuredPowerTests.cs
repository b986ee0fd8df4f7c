using System.Globalization;
using System.IO.Compression;
using ControlPlane.Facility.Conversion;
using ControlPlane.Simulation.Measured;
using Xunit.Abstractions;

namespace ControlPlane.Conformance.Tests;

/// <summary>The twin's models of power against what meters showed; the errors are printed.</summary>
public sealed class MeasuredPowerTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void A_server_fitted_to_one_measured_run_predicts_another()
    {
        var (offline, server) = (Run("Offline"), Run("Server"));
        var fit = ServerFit.To(ChassisProfiles.Find("h200")!, offline);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"8 GPUs: {fit.IdleGpuWatts:0} W idle, {fit.BusyGpuWatts:0} W at work"));
        var (fitted, predicted) = (Error("fitted to Offline", fit, offline), Error("predicts Server", fit, server));
        Assert.InRange(fitted.Mean, 0, 0.02);
        Assert.InRange(predicted.Mean, 0, 0.04);
        Assert.InRange(predicted.P95, 0, 0.06);
        // The error would show a wrong model: one that knows no idle time is far off.
        Assert.True(ModelError.Of([.. server.Select(_ => 6164.0)], [.. server.Select(sample => sample.Watts)]).Mean > 0.2);
    }

    [SkippableFact]
    public void The_virtual_hall_draws_what_the_field_trial_drew()
    {
        using var reader = new StreamReader(Path.Combine(Traces, "emerald", "SRP_total_power.csv"));
        var measured = PowerSeries.ReadMinutes(reader, "SRP_total_power.csv");
        // From 16:10 to 19:33, counted from 14:40.
        var modelled = FieldTrial.Minutes(measured.Count, 90, 293);
        var error = ModelError.Of(modelled, measured);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"field trial, {measured.Count} minutes: mean error {error.Mean:P2}, p95 {error.P95:P2}"));
        var (plateau, held) = (Mean(modelled, 100, 290), Mean(measured, 100, 290));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"while the response lasted: {plateau / 1000:0.00} kW by the virtual hall, {held / 1000:0.00} kW by the meter"));
        Assert.InRange(error.Mean, 0, 0.05);
        Assert.InRange(error.P95, 0, 0.13);
        Assert.InRange(plateau / held, 0.95, 1.05);
        Assert.True(ModelError.Of(FieldTrial.Minutes(measured.Count, 200, 293), measured).Mean > 2 * error.Mean);
    }

    private static string Traces => Path.Combine(SharedFolder.Find(), "traces");

    private static double Mean(IReadOnlyList<double> minutes, int from, int until) => minutes.Skip(from).Take(until - from).Average();

    private ModelError Error(string name, ServerFit fit, IReadOnlyList<PowerSample> series)
    {
        var error = ModelError.Of(fit.Model(series), [.. series.Select(sample => sample.Watts)]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"8xH200, {name}: mean error {error.Mean:P2}, p95 {error.P95:P2}"));
        return error;
    }

    private static IReadOnlyList<PowerSample> Run(string scenario)
    {
        var path = Path.Combine(Traces, "mlperf", $"h200x8_maxq_llama2-70b-99_{scenario}_power_1hz.csv.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return PowerSeries.ReadRun(reader, path);
    }
}
