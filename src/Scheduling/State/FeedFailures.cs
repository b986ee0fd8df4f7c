using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>
/// Who carries what when one power domain fails: its load goes in equal parts to the domains that back it, and so to
/// everything above them that was not above the failed one already. One domain fails at a time.
/// </summary>
internal sealed class FeedFailures
{
    public FeedFailures(HallLayout layout)
    {
        var domains = layout.PowerDomains;
        var takers = new List<(int Domain, int Parts, int Of)>[domains.Count];
        var covered = new List<(int Domain, int Parts, int Of)>[domains.Count];
        for (var domain = 0; domain < domains.Count; domain++)
            (takers[domain], covered[domain]) = ([], []);
        for (var failed = 0; failed < domains.Count; failed++)
        {
            var parts = new SortedDictionary<int, int>();
            var own = PathOf(layout, failed);
            foreach (var backup in domains[failed].BackedBy)
            {
                foreach (var carrier in PathOf(layout, backup).Where(carrier => !own.Contains(carrier)))
                    parts[carrier] = parts.GetValueOrDefault(carrier) + 1;
            }
            foreach (var (carrier, count) in parts)
            {
                takers[failed].Add((carrier, count, domains[failed].BackedBy.Count));
                covered[carrier].Add((failed, count, domains[failed].BackedBy.Count));
            }
        }
        Takers = [.. takers.Select(list => list.ToArray())];
        Covered = [.. covered.Select(list => list.ToArray())];
        Any = Takers.Any(list => list.Length > 0);
        Group = [.. domains.Select((domain, index) => domain.BackedBy.All(other => domains[other].BackedBy.Contains(index)) ? domain.BackedBy.Count : 0)];
    }

    /// <summary>
    /// With how many others each domain backs one another. With two or more, one that is filled up leaves the others
    /// hardly anything they may carry: none is loaded beyond n of n + 1 parts, and together they carry n whole ones.
    /// </summary>
    public int[] Group { get; }

    /// <summary>False for a hall in which nothing backs anything.</summary>
    public bool Any { get; }

    /// <summary>Who takes over from each domain, and how many parts of how many.</summary>
    public (int Domain, int Parts, int Of)[][] Takers { get; }

    /// <summary>From whom each domain takes over, and how many parts of how many.</summary>
    public (int Domain, int Parts, int Of)[][] Covered { get; }

    private static List<int> PathOf(HallLayout layout, int first)
    {
        var path = new List<int>();
        for (var domain = first; domain >= 0; domain = layout.PowerDomains[domain].Parent)
            path.Add(domain);
        return path;
    }
}
