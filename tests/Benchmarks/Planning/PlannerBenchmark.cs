using System.Diagnostics;
using System.Globalization;
using System.Text;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;
using ControlPlane.Planning.Trials;

namespace ControlPlane.Benchmarks.Planning;

/// <summary>A plan over eight quarters, six rack types and four halls: how long choosing, checking and trying take, and how far it may be from the least cost.</summary>
internal static class PlannerBenchmark
{
    private const int Halls = 4;
    private const int RowsPerHall = 4;

    private static readonly (string Type, int Dollars, int Days)[] Offers =
    [
        ("DGX-H100-x4", 1_250_000, 120), ("DGX-B200-x4", 1_900_000, 180), ("GB200-NVL72", 3_300_000, 270), ("GB300-NVL72", 3_900_000, 300), ("HGX-A100-x4", 450_000, 60), ("agent-h100", 45_000, 60),
    ];

    public static void Run()
    {
        var reading = PlanReader.Read(Site(), "benchmark", HardwareCatalogue.Default);
        var question = reading.Question ?? throw new InvalidOperationException(string.Join(Environment.NewLine, reading.Errors));
        // The first round loads the solver.
        CapacityPlanner.Plan(question with { Quarters = [question.Quarters[0]], Needs = [.. question.Needs.Select(need => need with { Amounts = [need.Amounts[0]] })] });
        var (outcome, choosing) = Timed(() => CapacityPlanner.Plan(question));
        var plan = outcome.Plan ?? throw new InvalidOperationException(outcome.Status);
        Figure.Print("planner-8-quarters-6-types-4-halls", choosing, "s");
        Figure.Print("planner-above-proven-least-cost", (outcome.Dollars / (double)outcome.Bound - 1) * 100, "percent");
        Figure.Print("planner-saves-over-simple-rules", outcome.GreedyDollars is { } greedy ? (1 - (outcome.Dollars / (double)greedy)) * 100 : 0, "percent");
        Figure.Print("planner-racks-in-the-end", question.Types.Select((_, type) => plan.Count(question.Quarters.Count - 1, type)).Sum(), "racks");
        Figure.Print("planner-second-look", Timed(() => CapacityCheck.Verify(question, plan, HardwareCatalogue.Default)).Seconds, "s");
        var states = 0;
        var (problems, placing) = Timed(() => Enumerable.Range(0, question.Quarters.Count).Sum(quarter =>
        {
            var found = HallProof.Verify(question, plan, quarter, HardwareCatalogue.Default, out _, out var outages).Count;
            states += outages;
            return found;
        }));
        Figure.Print(string.Create(CultureInfo.InvariantCulture, $"planner-placing-in-{states}-states-{problems}-problems"), placing, "s");
        Figure.Print("planner-twin-last-quarter-5-seeds", Timed(() => FailureTrial.Run(question, question.Quarters.Count - 1, plan, HardwareCatalogue.Default)).Seconds, "s");
    }

    private static (T Result, double Seconds) Timed<T>(Func<T> work)
    {
        var watch = Stopwatch.StartNew();
        return (work(), watch.Elapsed.TotalSeconds);
    }

    private static string Site()
    {
        var text = new StringBuilder("""
            {apiVersion: factory/v1, kind: CapacityPlan, metadata: {name: benchmark}, spec: {firstQuarter: 2027Q2, quarters: 8, asOf: 2026-11-26T00:00:00Z, gridConnection: 40MW, pue: 1.15, sparesPercent: 3, sustainedPercent: 80, trainingGoodputPercent: 90, surviveFeedPercent: 90, surviveLoopPercent: 80, surviveLeafPercent: 95, drawPercent: 76, dollarsPerKilowattHour: 0.083, writeOffYears: 4, failures: rsc1}}
            ---
            {apiVersion: factory/v1, kind: Site, metadata: {name: site}, spec: {jurisdiction: us-tx}}

            """);
        void Add(string kind, string name, string spec) => text.Append(CultureInfo.InvariantCulture, $"---\n{{apiVersion: factory/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {{{spec}}}}}\n");
        for (var hall = 0; hall < Halls; hall++)
        {
            Add("Hall", $"hall-{hall}", "site: site");
            Add("PowerDomain", $"feed-{hall}-a", $"hall: hall-{hall}, type: feed, rating: 12MW, continuousShare: 0.8, backedBy: [feed-{hall}-b]");
            Add("PowerDomain", $"feed-{hall}-b", $"hall: hall-{hall}, type: feed, rating: 12MW, continuousShare: 0.8, backedBy: [feed-{hall}-a]");
            Add("Fabric", $"fabric-{hall}", $"hall: hall-{hall}, type: infiniband, racksPerLeaf: 2, leafUplink: 57.6Tbps");
            Add("CoolingLoop", $"air-{hall}", $"hall: hall-{hall}, type: air, capacity: 2MW, supplyTemperature: 24C");
            for (var row = 0; row < RowsPerHall; row++)
            {
                Add("PowerDomain", $"busway-{hall}-{row}", $"hall: hall-{hall}, type: busway, parent: feed-{hall}-{(row % 2 == 0 ? "a" : "b")}, rating: 2.4MW");
                Add("CoolingLoop", $"cdu-{hall}-{row}", $"hall: hall-{hall}, type: liquid, capacity: 1.9MW, supplyTemperature: 32C");
                Add("RackRow", $"row-{hall}-{row}", $"hall: hall-{hall}, row: {row + 1}, powerDomain: busway-{hall}-{row}, liquidLoop: cdu-{hall}-{row}, airZone: air-{hall}, fabric: fabric-{hall}, positions: 20, rackPower: 150kW, leafPorts: 1296");
            }
        }
        foreach (var (type, dollars, days) in Offers)
            Add("RackOffer", type.ToLowerInvariant(), $"type: {type}, dollars: {dollars}, leadTime: {days}d, perQuarter: 30");
        Add("Throughput", "h100", "model: llama2-70b, context: 2048, rackType: DGX-H100-x4, gpus: 2, tokensPerSecond: 5600, source: benchmark");
        Add("Throughput", "a100", "model: llama2-70b, context: 2048, rackType: HGX-A100-x4, gpus: 4, tokensPerSecond: 4000, source: benchmark");
        Add("Throughput", "gb300", "model: llama3-405b, context: 8192, rackType: GB300-NVL72, gpus: 8, tokensPerSecond: 1777, source: benchmark");
        Add("ServingDemand", "chat", "tenant: one, model: llama2-70b, context: 2048, tokensPerSecond: 1000000, growthPercent: 62");
        Add("ServingDemand", "reasoning", "tenant: two, model: llama3-405b, context: 8192, byQuarter: [0, 0, 0, 80000, 130000, 200000, 320000, 480000]");
        Add("TrainingDemand", "training", "tenant: three, gpu: H100-SXM5-80GB, gpuHours: 320000, growthPercent: 35");
        return text.ToString();
    }
}
