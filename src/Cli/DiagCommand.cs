using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Api;
using ControlPlane.Cli.Diagnostics;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Facility.Diagnostics;

namespace ControlPlane.Cli;

/// <summary><c>factoryctl diag run</c>: tests the GPUs of a node or a rack by jobs, and tells the nodes' health.</summary>
internal static class DiagCommand
{
    public static Command Build()
    {
        var target = new Argument<string>("target") { Description = "A rack, a node or a GPU, such as gb200-01-n00-g3; for a GPU its whole node is tested." };
        var level = new Option<int>("--level") { Description = "1 reads; 2 tests memory, bandwidth and matrix rates, in seconds; 3 tests all memory and runs under load, in minutes.", DefaultValueFactory = _ => 1 };
        var queue = new Option<string>("--queue") { Description = "The queue that the tests' jobs go to.", DefaultValueFactory = _ => "research" };
        var load = new Option<int>("--load-seconds") { Description = "How long the load of level 3 lasts.", DefaultValueFactory = _ => 120 };
        var patience = new Option<int>("--patience") { Description = "Seconds for which a test waits for its GPU before it is given up.", DefaultValueFactory = _ => 300 };
        var accept = new Option<bool>("--accept") { Description = "The rack is new: it is validating while it is tested, and ready once every GPU has passed." };
        var (hall, output) = (CommandLine.Hall(), CommandLine.Output());
        var run = new Command("run", "Tests every GPU of a rack or a node by jobs, compares those of one kind, and reports to the nodes' health.") { target, level, queue, load, patience, accept, hall, output };
        run.Runs(async (parsed, client, cancellation) =>
        {
            var (depth, seconds, wait) = (parsed.GetValue(level), parsed.GetValue(load), parsed.GetValue(patience));
            if (depth is < 1 or > DiagnosticsPlan.DeepestLevel)
                throw new CommandException(ExitCodes.BadInput, $"--level {depth}: give 1, 2 or 3.");
            if (seconds is < 0 or > 86_400 || wait is < 1 or > 86_400)
                throw new CommandException(ExitCodes.BadInput, "--load-seconds is 0 to 86400, --patience 1 to 86400.");
            var name = await CommandLine.HallOf(parsed.GetValue(hall), client);
            var nodes = NodesOf(parsed.GetValue(target)!, (await client.Get<HallResponse>("/v1/halls/" + name)).Racks);
            var test = new FleetTest(client, parsed.GetValue(queue)!, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(wait));
            if (parsed.GetValue(accept))
                await Acceptance.BeginAsync(client, name, parsed.GetValue(target)!, depth);
            var before = await HealthReport.Standing(client, name, depth == 1 ? [] : nodes);
            IReadOnlyList<DeviceDiagnosis> compared = [];
            try
            {
                var tested = await Task.WhenAll(nodes.Select(node => test.RunAsync(node, depth, cancellation)));
                compared = PeerComparison.Compared([.. tested.SelectMany(one => one)], DiagnosticsCriteria.Default);
            }
            finally
            {
                // Level 1 reads too little to lift what a deeper one found, and so does a test that broke off.
                foreach (var node in nodes.Where(node => depth > 1 || compared.Any(gpu => node.Gpus.Contains(gpu.Device) && gpu.Verdict == CheckVerdict.Failed)))
                    await client.Put<HealthResponse>(HealthReport.PathOf(name, node), HealthReport.Of(node, compared, before));
            }
            Console.WriteLine(parsed.GetValue(output) == "json" ? JsonSerializer.Serialize(InJson(depth, compared), FactoryClient.Json) : DiagnosisText.Of(compared));
            var passed = compared.Count > 0 && compared.All(gpu => gpu.Verdict == CheckVerdict.Passed);
            if (parsed.GetValue(accept))
                await Acceptance.EndAsync(client, name, parsed.GetValue(target)!, depth, passed);
            return passed ? ExitCodes.Done : ExitCodes.No;
        });
        return new Command("diag", "Tests GPUs.") { run, Checks() };
    }

    private static Command Checks()
    {
        var (hall, output) = (CommandLine.Hall(), CommandLine.Output());
        var command = new Command("checks", "Shows which nodes were tested in the background, and what was found.") { hall, output };
        command.Runs(async (parsed, client, _) =>
        {
            var nodes = await client.Get<List<CheckedNodeResponse>>($"/v1/halls/{await CommandLine.HallOf(parsed.GetValue(hall), client)}/checks");
            if (parsed.GetValue(output) == "json")
                Console.WriteLine(JsonSerializer.Serialize(nodes, FactoryClient.Json));
            else if (nodes.Count == 0)
                Console.WriteLine("None was tested: Factory__CheckEvery in the host's environment says how often idle nodes of agents are.");
            else
                Table.Print(["NODE", "TESTED", "FOUND"], nodes.Select(one => (IReadOnlyList<string>)[one.Node, one.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), one.Outcome]));
            return ExitCodes.Done;
        });
        return command;
    }

    private static List<DiagnosedNode> NodesOf(string target, IReadOnlyList<RackResponse> racks)
    {
        var all = racks.Where(rack => HardwareCatalogue.Default.Rack(rack.Type) is not null).SelectMany(Nodes).ToList();
        var found = all.Where(node => node.Rack == target || node.Node == target || node.Gpus.Contains(target)).ToList();
        return found.Count > 0 ? found : throw new CommandException(
            ExitCodes.BadInput, $"'{target}' is no rack, node or GPU of the hall; its racks are {string.Join(", ", racks.Select(rack => rack.Rack))}.");
    }

    private static IEnumerable<DiagnosedNode> Nodes(RackResponse rack)
    {
        var type = HardwareCatalogue.Default.Rack(rack.Type)!;
        var node = HardwareCatalogue.Default.Node(type.Node)!;
        var memory = (long)(HardwareCatalogue.Default.Gpu(node.Gpu)!.MemoryGigabytes.Value * 1e9);
        return Enumerable.Range(0, (int)type.Nodes.Value).Select(index =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{rack.Rack}-n{index:00}");
            return new DiagnosedNode(rack.Rack, name, [.. Enumerable.Range(0, (int)node.Gpus.Value).Select(gpu => $"{name}-g{gpu.ToString(CultureInfo.InvariantCulture)}")], memory);
        });
    }

    private static object InJson(int level, IReadOnlyList<DeviceDiagnosis> gpus) => new
    {
        level,
        gpus = gpus.Select(gpu => new
        {
            gpu = gpu.Device,
            gpu.Name,
            verdict = DiagnosisText.Word(gpu.Verdict),
            checks = gpu.Checks.Select(check => new { check.Check, check.Measured, check.Required, verdict = DiagnosisText.Word(check.Verdict), check.Why, check.Rate }),
        }),
    };
}
