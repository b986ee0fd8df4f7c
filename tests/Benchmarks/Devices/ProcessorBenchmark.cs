using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>
/// The CPU device on one thread beside what else this processor does in the same run: OpenBLAS for the matrix
/// product, a plain vectorised loop for triad. Each figure is the best of several turns taken one after the other, so
/// that a neighbour on the machine strikes both.
/// </summary>
internal static class ProcessorBenchmark
{
    private const int Turns = 7;
    private const int Order = 1024;
    private const int Elements = 1 << 24;
    private const int Passes = 5;

    public static async Task Run()
    {
        Environment.SetEnvironmentVariable("FACTORY_CPU_THREADS", "1");
        using var device = DeviceCatalogue.Open("cpu:0");
        await Products(device);
        await Triad(device);
        await Report(device, "processor.prefill", new("prefill-attention", Sizes(("heads", 8), ("tokens", 1024), ("dim", 64)), 3, false, 1));
        await Report(device, "processor.decode", new("decode-attention", Sizes(("heads", 32), ("tokens", 4096), ("dim", 128)), 3, false, 1));
        foreach (var kernel in (string[])["copy", "reduction", "gelu", "softmax", "layer-norm", "layer-norm-backward", "cross-entropy", "adamw", "embedding-backward", "memory-pattern"])
            await Report(device, $"processor.{kernel}", new(kernel, Sizes(), 3, false, 1));
    }

    private static async Task Products(IComputeDevice device)
    {
        var blas = OpenBlas.Load(out var whyNot);
        if (blas is null)
            Console.WriteLine($"processor.sgemm.openblas skipped: {whyNot}");
        var best = new Dictionary<string, double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            foreach (var kernel in (string[])["sgemm", "sgemm-nt", "sgemm-tn", "bf16-gemm"])
                Keep(best, kernel, (await KernelRun.RunAsync(device, new(kernel, Sizes(("m", Order), ("n", Order), ("k", Order)), 1, false, 1), null, default)).Rate);
            if (blas is not null)
                Keep(best, "openblas", 2.0 * Order * Order * Order / blas.Multiply(Order) / 1e9);
        }
        foreach (var (kernel, rate) in best)
            Figure.Print($"processor.{kernel}", rate, "GFLOP/s");
        if (blas is not null)
            Figure.Print("processor.sgemm.of_openblas", 100 * best["sgemm"] / best["openblas"], "%");
    }

    private static async Task Triad(IComputeDevice device)
    {
        using var plain = new PlainTriad(Elements);
        var best = new Dictionary<string, double>();
        for (var turn = 0; turn < Turns; turn++)
        {
            Keep(best, "triad", (await KernelRun.RunAsync(device, new("triad", Sizes(("n", Elements)), Passes, false, 1), null, default)).Rate);
            Keep(best, "loop", 12.0 * Elements / plain.Run(0.7f, Passes) / 1e9);
        }
        foreach (var (kernel, rate) in best)
            Figure.Print($"processor.{kernel}", rate, "GB/s");
        Figure.Print("processor.triad.of_loop", 100 * best["triad"] / best["loop"], "%");
    }

    private static async Task Report(IComputeDevice device, string name, KernelRequest request)
    {
        var result = await KernelRun.RunAsync(device, request, null, default);
        Figure.Print(name, result.Rate, result.RateUnit);
    }

    private static void Keep(Dictionary<string, double> best, string name, double rate) => best[name] = Math.Max(rate, best.GetValueOrDefault(name));

    private static Dictionary<string, long> Sizes(params (string Name, long Value)[] sizes) => sizes.ToDictionary(size => size.Name, size => size.Value);
}
