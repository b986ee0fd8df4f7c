using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>
/// Finds small changes to a job with which it would start now: a lower power limit, any GPU model, a wider domain, less
/// bandwidth, fewer tasks. Each is tried with the placer itself, so that what is said is so. It costs a few placements
/// and is asked for by people, not with every decision.
/// </summary>
public static class Alternatives
{
    private static readonly int[] LowerPercents = [90, 80, 70, 60, 50];

    /// <summary>What would let the job start now, the smallest change of each kind; empty when none of them does.</summary>
    /// <param name="state">The hall.</param>
    /// <param name="job">The job; it holds nothing.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="profile">Where tasks are best put.</param>
    /// <param name="seed">Any number.</param>
    public static ValueList<string> Of(HallState state, JobId job, JobSpec spec, PlacementProfile profile, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (JobRules.Check(state.Shape, spec) is not null)
            return [];
        var found = new List<string>();
        if (LowerLimit(spec, Fits) is { } percent)
            found.Add($"at a power limit of {percent} %");
        if (spec.Groups.Any(group => group.GpuModels.Count > 0) && Fits(With(spec, group => group with { GpuModels = [] })))
            found.Add("with any GPU model");
        if (Wider(spec, Fits) is { } level)
            found.Add($"with {TopologyReason.NameOf(level)} as the required level");
        if (spec.Groups.Any(group => group.NetworkPerGpu.Megabits > 0) && Fits(With(spec, group => group with { NetworkPerGpu = default })))
            found.Add("without reserved bandwidth");
        if (spec.Groups.Any(group => group.Spares > 0) && Fits(With(spec, group => group with { Spares = 0 })))
            found.Add("without spares");
        if (Fewer(spec, Fits) is { } fewer)
            found.Add(fewer);
        return found.ToValueList();

        bool Fits(JobSpec changed) => Placer.TryPlace(state, job, changed, profile, seed) is not null;
    }

    /// <summary>The alternatives as one sentence; empty when there are none.</summary>
    public static string Sentence(ValueList<string> alternatives) =>
        alternatives.Count == 0 ? "" : $"It would start now {string.Join(", or ", alternatives)}.";

    private static JobSpec With(JobSpec spec, Func<TaskGroup, TaskGroup> change) =>
        spec with { Groups = spec.Groups.Select(change).ToValueList() };

    private static int? LowerLimit(JobSpec spec, Func<JobSpec, bool> fits)
    {
        if (spec.Groups.Any(group => group.GpuMilli > 0))
            return null; // A shared GPU has one limit for all who share it.
        var lowest = spec.PowerSteps.Count > 0 ? spec.PowerSteps[^1].Percent
            : spec.PowerPercents.Count == 0 ? 100 : spec.PowerPercents[^1];
        foreach (var percent in LowerPercents)
        {
            if (percent < lowest && fits(spec with { PowerPercents = [percent], PowerSteps = [] }))
                return percent;
        }
        return null;
    }

    private static TopologyLevel? Wider(JobSpec spec, Func<JobSpec, bool> fits)
    {
        if (spec.Topology.Required is not { } required)
            return null;
        for (var level = required - 1; level >= TopologyLevel.Hall; level--)
        {
            var isInside = spec.Topology.Preferred is null || spec.Topology.Preferred > level;
            if (isInside && fits(spec with { Topology = spec.Topology with { Required = level == TopologyLevel.Hall ? null : level } }))
                return level;
        }
        return null;
    }

    // The most tasks of the largest group that would fit, found by halving.
    private static string? Fewer(JobSpec spec, Func<JobSpec, bool> fits)
    {
        var largest = Enumerable.Range(0, spec.Groups.Count).MaxBy(group => spec.Groups[group].MilliGpus);
        var facts = spec.Groups[largest];
        var step = spec.Topology.Slices.Count > 0 ? spec.Topology.Slices[0].Size : 1;
        var (low, high) = (0, facts.AtLeast / step);
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = fits(With(middle * step)) ? (middle, high) : (low, middle);
        }
        return low == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"with {low * step} of {facts.AtLeast} tasks of group {facts.Name}");

        JobSpec With(int count) => spec with
        {
            Groups = spec.Groups.Select((group, index) => index == largest ? group with { Count = count, Minimum = null } : group).ToValueList(),
        };
    }
}
