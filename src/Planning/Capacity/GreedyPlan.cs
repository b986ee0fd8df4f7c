namespace ControlPlane.Planning.Capacity;

/// <summary>A plan by simple rules, quarter by quarter: a start for the solver, and what remains when it finds nothing in its limit.</summary>
internal static class GreedyPlan
{
    public static RackPlan? Find(CapacityQuestion question)
    {
        var (racks, uses) = (new List<int[][]>(), new List<long[][][]>());
        var standing = question.Types.Select((_, type) => question.Rows.Select(row => row.Installed[type]).ToArray()).ToArray();
        for (var quarter = 0; quarter < question.Quarters.Count; quarter++)
        {
            var before = standing.Select(rows => rows.Sum()).ToArray();
            long[][][]? found;
            while ((found = Try(question, quarter, standing, out var unmet)) is null)
            {
                if (!AddOne(question, quarter, standing, before, unmet))
                    return null;
            }
            racks.Add([.. standing.Select(rows => rows.ToArray())]);
            uses.Add(found);
        }
        return new RackPlan([.. racks], [.. uses]);
    }

    // Needs in order, each on the types on which it costs least.
    private static long[][][]? Try(CapacityQuestion question, int quarter, int[][] racks, out int unmet)
    {
        var all = new List<long[][]>();
        foreach (var scenario in Scenario.Of(question))
        {
            var free = QuarterUses.Usable(question, scenario, racks).Select((count, type) => (long)count * question.Types[type].Nodes).ToArray();
            var uses = question.Needs.Select(_ => new long[free.Length]).ToArray();
            for (var need = 0; need < uses.Length; need++)
            {
                var left = scenario.Amount(question.Needs[need], quarter);
                foreach (var type in ByCost(question, need))
                {
                    var way = question.Needs[need].Ways[type]!;
                    uses[need][type] = Math.Min(free[type] / way.NodesPerUnit, (Math.Max(0, left) + way.Rate - 1) / way.Rate);
                    free[type] -= uses[need][type] * way.NodesPerUnit;
                    left -= uses[need][type] * way.Rate;
                }
                unmet = need;
                if (left > 0)
                    return null;
            }
            all.Add(uses);
        }
        unmet = -1;
        return [.. all];
    }

    private static bool AddOne(CapacityQuestion question, int quarter, int[][] racks, int[] before, int need)
    {
        foreach (var type in ByCost(question, need).Where(type => quarter >= question.Types[type].FirstQuarter && racks[type].Sum() - before[type] < (question.Types[type].Offer.PerQuarter ?? int.MaxValue)))
        {
            // The row with fewest of them: what may be lost at once stays small.
            foreach (var row in Enumerable.Range(0, question.Rows.Count).Where(row => question.Fits[type][row]).OrderBy(row => racks[type][row]))
            {
                racks[type][row]++;
                if (Keeps(question, racks))
                    return true;
                racks[type][row]--;
            }
        }
        return false;
    }

    private static bool Keeps(CapacityQuestion question, int[][] racks) => question.Limits.All(limit =>
        limit.Weights.Select((weights, type) => weights.Select((weight, row) => weight * racks[type][row]).Sum()).Sum() <= limit.Capacity);

    private static IEnumerable<int> ByCost(CapacityQuestion question, int need) =>
        Enumerable.Range(0, question.Types.Count)
            .Where(type => question.Needs[need].Ways[type] is { Rate: > 0 })
            .OrderBy(type => question.Types[type].QuarterDollars * question.Needs[need].Ways[type]!.NodesPerUnit / (double)(question.Types[type].Nodes * question.Needs[need].Ways[type]!.Rate));
}
