using ControlPlane.Benchmarks.Placement;

// Each line is a figure: name, value, unit. Without an argument every benchmark runs.
var wanted = args.Length == 0 ? ["placement"] : args;
foreach (var name in wanted)
{
    switch (name)
    {
        case "placement":
            PlacementBenchmark.Run();
            break;
        default:
            Console.Error.WriteLine($"Unknown benchmark '{name}'; known: placement.");
            return 2;
    }
}
return 0;
