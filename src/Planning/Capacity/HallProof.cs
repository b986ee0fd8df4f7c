using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Planning.Capacity;

/// <summary>
/// Builds the halls that a plan comes to, as the factory would, and places the planned work in them with the placer that
/// would place it: every replica and training node as a job of its own, each decision looked at by <see cref="PlanCheck"/>.
/// </summary>
public static class HallProof
{
    /// <summary>The Rack manifests of a quarter: one a type and row, as <c>factoryctl apply</c> takes them.</summary>
    public static IReadOnlyList<Manifest> Manifests(CapacityQuestion question, RackPlan plan, int quarter)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        return [.. from row in Enumerable.Range(0, question.Rows.Count)
                   from type in Enumerable.Range(0, question.Types.Count)
                   where plan.Racks[quarter][type][row] > 0
                   select Manifest(question.Rows[row], question.Types[type], plan.Racks[quarter][type][row])];
    }

    /// <summary>What did not go as planned in a quarter; empty when all work found its place.</summary>
    public static IReadOnlyList<string> Verify(CapacityQuestion question, RackPlan plan, int quarter, HardwareCatalogue catalogue, out int jobs)
    {
        ArgumentNullException.ThrowIfNull(question);
        jobs = 0;
        var factory = question.Factory.With(Manifests(question, plan, quarter), [], catalogue);
        if (factory.Model is null)
            return [.. factory.Errors.Select(error => error.ToString())];
        var found = new List<string>();
        List<HallState> halls = [.. factory.Model.Layouts.Values.Where(layout => layout.Racks.Count > 0).Select(layout => new HallState(layout))];
        // Work that takes whole racks goes first: what takes single nodes would break racks up.
        foreach (var (need, type) in Pairs(question).OrderByDescending(pair => question.Needs[pair.Need].Ways[pair.Type]!.NodesPerUnit))
        {
            var way = question.Needs[need].Ways[type]!;
            var count = plan.Uses[quarter][0][need][type] * (way.NodesPerUnit > 1 ? way.Replicas : 1);
            var spec = Job(question.Types[type], way, question.Needs[need].IsTraining);
            var hall = 0;
            for (var number = 0; number < count; number++)
            {
                var job = new JobId(string.Create(CultureInfo.InvariantCulture, $"need{need}-type{type}-{number}"));
                while (hall < halls.Count && !Place(halls[hall], job, spec, found))
                    hall++;
                if (hall == halls.Count)
                {
                    found.Add($"{question.Quarters[quarter]}: {number} of {count} jobs of {question.Needs[need].Name} on {question.Types[type].Name} found a place");
                    break;
                }
                jobs++;
            }
        }
        return found;
    }

    private static bool Place(HallState state, JobId job, JobSpec spec, List<string> found)
    {
        if (Placer.Place(state, job, spec, PlacementProfile.Factory, 1) is not Placed placed)
            return false;
        found.AddRange(PlanCheck.Verify(state, job, spec, placed.Assignment).Select(violation => violation.ToString()));
        state.Assign(job, spec, placed.Assignment);
        return true;
    }

    private static IEnumerable<(int Need, int Type)> Pairs(CapacityQuestion question) =>
        from need in Enumerable.Range(0, question.Needs.Count)
        from type in Enumerable.Range(0, question.Types.Count)
        where question.Needs[need].Ways[type] is not null
        select (need, type);

    private static JobSpec Job(PlannedType type, Way way, bool training)
    {
        // A replica that spans nodes is a gang in one rack; one within a node shares it with its equals.
        var spans = way.NodesPerUnit > 1;
        var group = new TaskGroup(
            "replica", spans ? way.GpusPerReplica / type.GpusPerNode : way.Replicas, spans ? type.GpusPerNode : way.GpusPerReplica, 0,
            [type.Gpu], 0, Gibibytes.Zero, GigabitsPerSecond.Zero);
        return new JobSpec(
            new QueueId("default"), 100, [group], new TopologyRequest(spans ? TopologyLevel.Rack : TopologyLevel.Node, null),
            new SimulatedWork(training ? "training" : "decode", TimeSpan.FromHours(1), 0, 1), null, null);
    }

    private static Manifest Manifest(PlannedRow row, PlannedType type, int count) => new(
        "Rack", $"{row.Name}-{type.Name.ToLowerInvariant()}",
        new RackSpec
        {
            Hall = row.Spec.Hall,
            Type = type.Name,
            Count = count,
            Row = row.Spec.Row,
            PowerDomain = row.Spec.PowerDomain,
            LiquidLoop = row.Spec.LiquidLoop,
            AirZone = row.Spec.AirZone,
            Fabric = row.Spec.Fabric,
        },
        new ManifestOrigin("plan", System.Collections.Immutable.ImmutableDictionary<string, (int, int)>.Empty));
}
