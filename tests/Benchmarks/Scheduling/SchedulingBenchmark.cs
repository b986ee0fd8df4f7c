using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ControlPlane.Benchmarks.Scheduling;

/// <summary>Runs every shape often enough for a 99th percentile and prints one table, as text or JSON.</summary>
internal static class SchedulingBenchmark
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>How long one shape runs before it is measured, until the just-in-time compiler has settled.</summary>
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(4);

    /// <summary>How long it is measured at most, setting up included.</summary>
    private static readonly TimeSpan Each = TimeSpan.FromSeconds(6);

    public static void Run(bool json, string? only)
    {
        var measured = new List<Measured>();
        foreach (var shape in Shapes.All().Where(shape => only is null || shape.Name.StartsWith(only, StringComparison.Ordinal)))
        {
            measured.Add(Measure(shape));
            if (!json)
                Console.WriteLine(Line(measured[^1]));
        }
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(measured, Json));
    }

    private static Measured Measure(Shape shape)
    {
        var times = new List<double>();
        var (decisions, bytes) = (0, long.MaxValue);
        var whole = Stopwatch.StartNew();
        var counted = false;
        while (times.Count < 3 || (times.Count < 300 && whole.Elapsed < Warm + Each))
        {
            // A control plane runs for weeks: what is measured is compiled code.
            counted |= whole.Elapsed > Warm;
            var (state, waiting) = shape.Make();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            decisions = shape.Decide(state, waiting);
            var elapsed = watch.Elapsed.TotalMilliseconds;
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
            if (counted)
                times.Add(elapsed);
        }
        var sorted = times.ToArray();
        var median = Figure.Percentile(sorted, 0.5);
        return new Measured(
            shape.Name, shape.What, decisions, Math.Round(median, 3), Math.Round(Figure.Percentile(sorted, 0.99), 3),
            Math.Round(decisions / median * 1000), bytes, shape.TargetMs, shape.Published);
    }

    private static string Line(Measured one) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Name,-18} p50 {one.P50Ms,9:0.000} ms  p99 {one.P99Ms,9:0.000} ms  {one.DecisionsPerSecond,10:0} decisions/s  {one.Bytes / 1024.0,9:0} KiB  {Verdict(one),-14} {one.Published}");

    private static string Verdict(Measured one) => one.TargetMs is not { } target ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{(one.P50Ms <= target ? "within" : "OVER")} {target:0} ms");
}
