using ControlPlane.Benchmarks.Devices;
using ControlPlane.Benchmarks.Factory;
using ControlPlane.Benchmarks.Placement;
using ControlPlane.Benchmarks.Planning;
using ControlPlane.Benchmarks.Power;
using ControlPlane.Benchmarks.Scheduling;
using ControlPlane.Benchmarks.Twin;

// Each line is a figure: name, value, unit. Without an argument every benchmark runs.
// "-o json" prints the scheduling table as JSON; "--only W3" keeps to shapes whose names begin so.
var json = args.Zip(args.Skip(1)).Any(pair => pair is ("-o", "json"));
var only = args.Zip(args.Skip(1)).Where(pair => pair.First == "--only").Select(pair => pair.Second).FirstOrDefault();
var names = args.Where((word, index) => word is not ("-o" or "--only") && (index == 0 || args[index - 1] is not ("-o" or "--only"))).ToArray();
string[] wanted = names.Length == 0 ? ["placement", "timeline", "scheduling", "submit", "kernel", "launch", "processor", "collectives", "activation", "power", "agents", "twin", "planner"] : names;
foreach (var name in wanted)
{
    switch (name)
    {
        case "placement":
            PlacementBenchmark.Run();
            break;
        case "timeline":
            TimelineBenchmark.Run();
            break;
        case "scheduling":
            SchedulingBenchmark.Run(json, only);
            break;
        case "submit":
            await SubmitBenchmark.Run();
            break;
        case "kernel":
            await KernelBenchmark.Run();
            break;
        case "launch":
            await LaunchBenchmark.Run();
            await BulkBenchmark.Run();
            break;
        case "processor":
            await ProcessorBenchmark.Run();
            break;
        case "collectives":
            await CollectiveBenchmark.Run();
            break;
        case "activation":
            await ActivationBenchmark.Run();
            break;
        case "power":
            SteeringBenchmark.Run();
            await LimitBenchmark.Run();
            break;
        case "agents":
            await AgentBenchmark.Run();
            break;
        case "twin":
            TwinBenchmark.Run();
            break;
        case "planner":
            PlannerBenchmark.Run();
            break;
        default:
            Console.Error.WriteLine($"Unknown benchmark '{name}'; known: placement, timeline, scheduling, submit, kernel, launch, processor, collectives, activation, power, agents, twin, planner.");
            return 2;
    }
}
return 0;
