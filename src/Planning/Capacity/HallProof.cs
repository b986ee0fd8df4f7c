using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Planning.Capacity;

/// <summary>
/// Builds the halls that a plan comes to, as the factory would, and places the planned work in them with the placer that
/// would place it: with the spares out, and with everything that may be lost out, one at a time.
/// </summary>
public static class HallProof
{
    /// <summary>The Rack manifests of a quarter: one a type and row, as <c>factoryctl apply</c> takes them.</summary>
    public static IReadOnlyList<Manifest> Manifests(CapacityQuestion question, RackPlan plan, int quarter)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return Manifests(question, plan.Racks[quarter]);
    }

    /// <summary>What did not go as planned in a quarter; empty when all work found its place, whatever is out.</summary>
    /// <param name="question">The question.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="quarter">The quarter.</param>
    /// <param name="catalogue">Rack types and GPUs.</param>
    /// <param name="jobs">Jobs that were placed while nothing but the spares was out.</param>
    public static IReadOnlyList<string> Verify(CapacityQuestion question, RackPlan plan, int quarter, HardwareCatalogue catalogue, out int jobs) =>
        Verify(question, plan, quarter, catalogue, out jobs, out _);

    /// <inheritdoc cref="Verify(CapacityQuestion, RackPlan, int, HardwareCatalogue, out int)"/>
    /// <param name="question">The question.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="quarter">The quarter.</param>
    /// <param name="catalogue">Rack types and GPUs.</param>
    /// <param name="jobs">Jobs that were placed while nothing but the spares was out.</param>
    /// <param name="outages">States in which all work was placed anew.</param>
    public static IReadOnlyList<string> Verify(
        CapacityQuestion question, RackPlan plan, int quarter, HardwareCatalogue catalogue, out int jobs, out int outages)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        (jobs, outages) = (0, 0);
        var halls = new PlanHalls(question, plan.Racks[quarter], catalogue);
        if (halls.Errors.Count > 0)
            return [.. halls.Errors.Select(error => error.ToString())];
        var found = new List<string>();
        foreach (var outage in Outage.Of(question, halls))
        {
            var placed = PlacedWork.Place(question, halls.Without(outage.Racks), plan.Uses[quarter][outage.Number]);
            if (outages++ == 0)
                jobs = placed.Jobs;
            found.AddRange(placed.Problems.Select(problem => $"{question.Quarters[quarter]}, {outage.Name}: {problem}"));
        }
        return found;
    }

    internal static IReadOnlyList<Manifest> Manifests(CapacityQuestion question, int[][] racks)
    {
        ArgumentNullException.ThrowIfNull(question);
        return [.. from row in Enumerable.Range(0, question.Rows.Count)
                   from type in Enumerable.Range(0, question.Types.Count)
                   where racks[type][row] > 0
                   select Manifest(question.Rows[row], question.Types[type], racks[type][row])];
    }

    internal static string NameOf(PlannedRow row, PlannedType type) => $"{row.Name}-{type.Name.ToLowerInvariant()}";

    private static Manifest Manifest(PlannedRow row, PlannedType type, int count) => new(
        "Rack", NameOf(row, type),
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
