using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>
/// Places a gang whole: level by level from narrow to wide, at each level the fullest domain that could hold it first.
/// Attempts are made on a scratch copy, so the hall itself never shows half a gang.
/// </summary>
internal static class GangSearch
{
    /// <summary>Where the gang goes, whole, or null.</summary>
    /// <param name="state">The hall without the job.</param>
    /// <param name="spec">The job.</param>
    /// <param name="demands">What is to be placed.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="draw">Random bits.</param>
    /// <param name="kept">Tasks that stay where they are: the domain must hold them too.</param>
    public static Placed? Of(
        HallState state, JobSpec spec, TaskDemand[] demands, PlacementProfile profile, ulong draw,
        IReadOnlyList<TaskPlacement> kept)
    {
        if (!CouldFit(state, TopologyLevel.Hall, 0, demands))
            return null;
        GangAttempt? attempt = null;
        foreach (var level in Levels(spec, demands, profile))
        {
            foreach (var domain in kept.Count == 0 ? Domains(state, level, demands) : DomainOf(state.Shape, level, kept))
            {
                attempt ??= new GangAttempt(state.Scratch(), demands, spec.Topology, profile, draw, kept);
                if (attempt.Fills(level, domain) && MeetsRequired(state.Shape, spec, attempt))
                    return attempt.ToPlaced(demands[0].Percent);
                attempt.TakeBack();
            }
        }
        return null;
    }

    // The one domain of the level that holds every task that stays, if there is one.
    private static int[] DomainOf(HallShape shape, TopologyLevel level, IReadOnlyList<TaskPlacement> kept)
    {
        var domains = shape.Domains[(int)level].OfNode;
        var first = domains[kept[0].Node];
        return first >= 0 && kept.All(task => domains[task.Node] == first) ? [first] : [];
    }

    // A narrower domain than preferred satisfies the preference too. Without a preference the default profile still
    // keeps a gang together where that costs nothing; the other profiles follow their score.
    private static IEnumerable<TopologyLevel> Levels(JobSpec spec, TaskDemand[] demands, PlacementProfile profile)
    {
        var widest = spec.Topology.Required ?? TopologyLevel.Hall;
        var compact = demands.Any(task => task.Bandwidth > 0) ? TopologyLevel.NvlinkDomain : TopologyLevel.Rack;
        var narrowest = spec.Topology.Preferred ?? (profile.IsExhaustive ? widest : compact);
        if (!profile.IsExhaustive && compact > narrowest)
            narrowest = compact;
        if (widest > narrowest)
            narrowest = widest;
        for (var level = narrowest; level >= widest; level--)
        {
            // Rows are where racks stand, not how they are wired: only a job that names them cares.
            if (level != TopologyLevel.Row || spec.Topology.Required == level || spec.Topology.Preferred == level)
                yield return level;
        }
    }

    private static IEnumerable<int> Domains(HallState state, TopologyLevel level, TaskDemand[] demands)
    {
        var fitting = new List<(int Free, int Domain)>();
        for (var domain = 0; domain < state.Shape.Domains[(int)level].Count; domain++)
        {
            if (CouldFit(state, level, domain, demands))
                fitting.Add((FreeIn(state, level, domain, demands), domain));
        }
        fitting.Sort();
        return fitting.Select(entry => entry.Domain);
    }

    // A bound by counting: free GPUs of the allowed models must suffice for each group and for all together.
    private static bool CouldFit(HallState state, TopologyLevel level, int domain, TaskDemand[] demands)
    {
        var wanted = 0L;
        foreach (var task in demands)
        {
            if (!task.NeedsGpu || task.IsShare)
                continue;
            var needed = (long)task.Gpus * task.Count;
            wanted += needed;
            if (FreeOf(state, level, domain, task) < needed)
                return false;
        }
        return wanted == 0 || FreeIn(state, level, domain, demands) >= wanted;
    }

    private static int FreeIn(HallState state, TopologyLevel level, int domain, TaskDemand[] demands)
    {
        var free = 0;
        for (var model = -1; model < state.Layout.GpuModels.Count; model++)
        {
            if (demands.Any(task => task.Allowed[model + 1]))
                free += state.Index.FreeIn((int)level, domain, model);
        }
        return free;
    }

    private static int FreeOf(HallState state, TopologyLevel level, int domain, TaskDemand task)
    {
        var free = 0;
        for (var model = 0; model < state.Layout.GpuModels.Count; model++)
        {
            if (task.Allowed[model + 1])
                free += state.Index.FreeIn((int)level, domain, model);
        }
        return free;
    }

    // Levels need not nest (a spine group may cross rows), so the required one is looked at again.
    private static bool MeetsRequired(HallShape shape, JobSpec spec, GangAttempt attempt)
    {
        if (spec.Topology.Required is not { } level)
            return true;
        var domains = shape.Domains[(int)level].OfNode;
        var first = domains[attempt.Tasks[0].Node];
        return first >= 0 && attempt.Tasks.All(task => domains[task.Node] == first);
    }
}
