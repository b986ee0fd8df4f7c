using ControlPlane.Benchmarks.Factory;
using ControlPlane.Benchmarks.Placement;

// Each line is a figure: name, value, unit. Without an argument every benchmark runs.
var wanted = args.Length == 0 ? ["placement", "submit", "kernel", "activation"] : args;
foreach (var name in wanted)
{
    switch (name)
    {
        case "placement":
            PlacementBenchmark.Run();
            break;
        case "submit":
            await SubmitBenchmark.Run();
            break;
        case "kernel":
            await KernelBenchmark.Run();
            break;
        case "activation":
            await ActivationBenchmark.Run();
            break;
        default:
            Console.Error.WriteLine($"Unknown benchmark '{name}'; known: placement, submit, kernel, activation.");
            return 2;
    }
}
return 0;
