using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Facility.Policies;

/// <summary>A job whose power limits are worked out, or why they cannot be.</summary>
/// <param name="Spec">The job with its steps; null when there is an objection.</param>
/// <param name="Objection">Why not, or null.</param>
public sealed record ResolvedPower(JobSpec? Spec, string? Objection);

/// <summary>
/// Works out, once, which power limits a job accepts by the policies or the tier that it names. Models for which a policy
/// sets different percents make steps of their own: the tasks of a job run at one percent, so that one gang never mixes them.
/// </summary>
public static class JobPower
{
    /// <summary>The job with its steps.</summary>
    /// <param name="spec">The job; one that names neither policies nor a tier comes back as it is.</param>
    /// <param name="declared">Declared policies.</param>
    /// <param name="catalogue">Known GPU models.</param>
    public static ResolvedPower Resolve(JobSpec spec, IEnumerable<GpuPolicy> declared, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(declared);
        ArgumentNullException.ThrowIfNull(catalogue);
        if (!spec.NeedsPowerSteps || ModelsOf(spec, catalogue).Count == 0)
            return new ResolvedPower(spec, null);
        if (spec.Flexibility is { } tier)
            return ByTier(spec, tier, catalogue);
        var known = GpuPolicy.BuiltIn(catalogue).Concat(declared).GroupBy(policy => policy.Name, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.Last(), StringComparer.Ordinal);
        if (spec.PowerPolicies.Items.FirstOrDefault(name => !known.ContainsKey(name)) is { } unknown)
            return Objects($"There is no PowerPolicy '{unknown}'. Known: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
        return ByPolicies(spec, [.. spec.PowerPolicies.Select(name => known[name])], catalogue);
    }

    private static ResolvedPower ByPolicies(JobSpec spec, List<GpuPolicy> policies, HardwareCatalogue catalogue)
    {
        var models = ModelsOf(spec, catalogue);
        foreach (var (higher, lower) in policies.Zip(policies.Skip(1)))
        {
            if (models.Find(model => lower.Percents[model.Name] > higher.Percents[model.Name]) is { } rises)
            {
                return Objects(
                    $"PowerPolicy {lower.Name} gives {rises.Name} {lower.Percents[rises.Name]} %, more than {higher.Name} before it with {higher.Percents[rises.Name]} %: list the highest first.");
            }
        }
        var steps = new List<PowerStep>();
        foreach (var policy in spec.StrictPower ? policies.Take(1) : policies)
        {
            var byPercent = models.GroupBy(model => policy.Percents[model.Name]).OrderByDescending(same => same.Key).ToList();
            var suited = byPercent.Where(same => SuitsEveryGroup(spec, [.. same])).ToList();
            if (suited.Count == 0)
            {
                return Objects(
                    $"PowerPolicy {policy.Name} sets {string.Join(" and ", byPercent.Select(same => $"{same.Key} % of {same.First().Name}"))}, and the job's tasks run at one percent: let every group allow a model in common, or give powerPercents.");
            }
            steps.AddRange(suited.Select(same => Step(policy.Name, same.Key, [.. same], models)).Where(step => !steps.Exists(one => Covers(one, step))));
        }
        return new ResolvedPower(spec with { PowerSteps = steps.ToValueList() }, null);
    }

    private static ResolvedPower ByTier(JobSpec spec, int tier, HardwareCatalogue catalogue)
    {
        var models = ModelsOf(spec, catalogue);
        var workload = ModelCurves.ClassOf((spec.Work as SimulatedWork)?.Class ?? "");
        var accepted = models.ToDictionary(model => model.Name, model => FlexibilityTier.Percents(model, workload, tier));
        var steps = accepted.Values.SelectMany(percents => percents).Distinct().OrderDescending()
            .Select(percent => (percent, Models: models.FindAll(model => accepted[model.Name].Contains(percent))))
            .Where(one => SuitsEveryGroup(spec, one.Models))
            .Select(one => Step($"flexibility {tier}", one.percent, one.Models, models));
        return new ResolvedPower(spec with { PowerSteps = steps.ToValueList() }, null);
    }

    private static List<GpuModel> ModelsOf(JobSpec spec, HardwareCatalogue catalogue) =>
        [.. catalogue.Gpus.Where(model => spec.Groups.Any(group => group.MilliGpusPerTask > 0 && Allows(group, model)))];

    private static bool SuitsEveryGroup(JobSpec spec, List<GpuModel> models) =>
        spec.Groups.All(group => group.MilliGpusPerTask == 0 || models.Exists(model => Allows(group, model)));

    private static bool Allows(TaskGroup group, GpuModel model) => group.GpuModels.Count == 0 || group.GpuModels.Contains(model.Name);

    private static PowerStep Step(string policy, int percent, List<GpuModel> models, List<GpuModel> all) =>
        new(policy, percent, models.Count == all.Count ? [] : models.Select(model => model.Name).ToValueList());

    // A second policy that sets a model no lower than the first says nothing new of it.
    private static bool Covers(PowerStep one, PowerStep other) =>
        one.Percent == other.Percent && (one.GpuModels.Count == 0 || (other.GpuModels.Count > 0 && other.GpuModels.All(one.GpuModels.Contains)));

    private static ResolvedPower Objects(string objection) => new(null, objection);
}
