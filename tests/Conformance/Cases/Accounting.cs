using System.Globalization;
using System.Text.RegularExpressions;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>Checks a statement such as "a job of 1000 per node on node01-16 draws 8000 in 01-08, 16000 in all".</summary>
internal static partial class Accounting
{
    public static string? Failure(CaseRun run, string statement)
    {
        var read = Statement().Match(statement);
        if (!read.Success)
            throw new CaseException($"the statement '{statement}' is not understood");
        var nodes = NodeRange.Of(read.Groups["nodes"].Value, run.Hall).Select(run.Hall.Node).Order().ToList();
        var state = new HallState(Rated(run.Hall.Layout, Parse(read.Groups["each"].Value)));
        var spec = new JobSpec(
            run.Hall.Layout.Queues[0].Id, 0, [new TaskGroup("w", nodes.Count, 1, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)],
            new TopologyRequest(null, null), new SimulatedWork("training", TimeSpan.FromHours(1), 0, 1), null, null);
        state.Assign(new JobId("accounting"), spec, new Assignment(nodes.Select((node, task) => new TaskPlacement(0, task, node, [0], 1000)).ToValueList()));
        foreach (var part in read.Groups["draws"].Value.Split(", "))
        {
            var words = part.Split(" in ");
            var drawn = state.PowerCommitted(run.Hall.Layer(words[1])).Value;
            if (Math.Abs(drawn - Parse(words[0])) > 1e-6)
                return $"{drawn} is drawn in {words[1]}, {words[0]} was expected";
        }
        return null;
    }

    // The same hall with GPUs that draw so much when leased, and limits that do not bind.
    private static Domain.Halls.HallLayout Rated(Domain.Halls.HallLayout layout, double watts) => layout with
    {
        GpuModels = [layout.GpuModels[0] with { Limit = Watts.FromWatts(watts) }],
        PowerDomains = layout.PowerDomains.Select(domain => domain with { Limit = Watts.FromWatts(1e12) }).ToValueList(),
    };

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^a job of (?<each>\d+) per node on (?<nodes>\S+) draws (?<draws>\d+ in \S+?(, \d+ in \S+?)*)$")]
    private static partial Regex Statement();
}
