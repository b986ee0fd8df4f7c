namespace ControlPlane.Planning.Capacity;

/// <summary>A state in which a plan must hold, with the very racks that are out in it.</summary>
/// <param name="Name">Such as <c>without cooling cdu-a1</c>.</param>
/// <param name="Number">Index of its scenario.</param>
/// <param name="Racks">The racks that are out.</param>
internal sealed record Outage(string Name, int Number, IReadOnlyList<PlanRack> Racks)
{
    /// <summary>
    /// Every state of given halls: spares out and nothing else, then every loss. Leaf groups with the same racks of the same
    /// rows are alike, so one of each kind stands for all.
    /// </summary>
    public static IReadOnlyList<Outage> Of(CapacityQuestion question, PlanHalls halls)
    {
        var all = new List<Outage> { new("undisturbed, the spares kept free", 0, [.. Spares(question, halls)]) };
        var scenarios = Scenario.Of(question);
        for (var number = 1; number < scenarios.Count; number++)
        {
            foreach (var loss in scenarios[number].Losses)
            {
                var taken = halls.Racks.Where(rack => loss.Takes[rack.Type][rack.Row]);
                all.AddRange(loss.Racks is null
                    ? [new Outage($"without {loss.Kind} {loss.Name}", number, [.. taken])]
                    : taken.GroupBy(rack => (rack.Hall, rack.Leaf)).DistinctBy(Composition)
                        .Select(leaf => new Outage($"without {loss.Name} ({leaf.First().Name} to {leaf.Last().Name})", number, [.. leaf])));
            }
        }
        return [.. all.Where(outage => outage.Number == 0 || outage.Racks.Count > 0)];
    }

    // From the hall that has most of them left, so that every hall has its part.
    private static IEnumerable<PlanRack> Spares(CapacityQuestion question, PlanHalls halls)
    {
        foreach (var type in halls.Racks.GroupBy(rack => rack.Type))
        {
            var left = type.GroupBy(rack => rack.Hall).Select(hall => new Stack<PlanRack>(hall)).ToList();
            for (var spares = (int)Math.Ceiling(type.Count() * question.Plan.SparesPercent / 100m); spares > 0; spares--)
                yield return left.MaxBy(hall => hall.Count)!.Pop();
        }
    }

    private static string Composition(IEnumerable<PlanRack> leaf) => string.Join(',', leaf.Select(rack => $"{rack.Row}:{rack.Type}").Order(StringComparer.Ordinal));
}
