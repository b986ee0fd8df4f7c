namespace ControlPlane.Planning.Capacity;

/// <summary>Puts racks off that a quarter can do without, so that in the end one fewer of any type leaves demand unmet.</summary>
internal static class PlanTrim
{
    public static RackPlan Trim(CapacityQuestion question, RackPlan plan)
    {
        var racks = plan.Racks.Select(types => types.Select(rows => rows.ToArray()).ToArray()).ToArray();
        // Earlier quarters first: a rack that one of them does without need not stand in later ones either.
        for (var quarter = 0; quarter < racks.Length; quarter++)
        {
            var more = true;
            while (more)
            {
                more = false;
                foreach (var (type, row) in Fewer(question, racks, quarter).ToList())
                {
                    racks[quarter][type][row]--;
                    more = Keeps(question, racks, quarter, type) && QuarterUses.Find(question, quarter, racks[quarter]) is not null;
                    if (more)
                        break;
                    racks[quarter][type][row]++;
                }
            }
        }
        return new RackPlan(racks, [.. racks.Select((types, quarter) => QuarterUses.Find(question, quarter, types) ?? plan.Uses[quarter])]);
    }

    /// <summary>Where one rack fewer may stand: dearest types first. Rows that the same losses take are alike, so one of each kind is enough.</summary>
    public static IEnumerable<(int Type, int Row)> Fewer(CapacityQuestion question, int[][][] racks, int quarter) =>
        from type in Enumerable.Range(0, question.Types.Count).OrderByDescending(type => question.Types[type].QuarterDollars)
        from rows in Enumerable.Range(0, question.Rows.Count)
            .Where(row => racks[quarter][type][row] > (quarter > 0 ? racks[quarter - 1][type][row] : question.Rows[row].Installed[type]))
            .GroupBy(row => string.Concat(question.Losses.Select(loss => loss.Takes[type][row] ? '1' : '0')))
        select (type, rows.First());

    // One fewer now is one more later: that may be more than can arrive in the next quarter.
    private static bool Keeps(CapacityQuestion question, int[][][] racks, int quarter, int type) =>
        quarter + 1 == racks.Length || question.Types[type].Offer.PerQuarter is not { } most
        || racks[quarter + 1][type].Sum() - racks[quarter][type].Sum() <= most;
}
