using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Grains.Placement;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Grid;

/// <summary>Finds out, on a copy of the hall, what a load target would do: with the law that then does it.</summary>
internal static class TargetPlans
{
    /// <summary>The plan for a hall as it is now.</summary>
    /// <param name="book">The hall; it has a layout.</param>
    /// <param name="domain">Index of the domain.</param>
    /// <param name="limit">The most that may be committed below it.</param>
    public static TargetPlan Of(HallBook book, int domain, Watts limit)
    {
        var after = book.State!.Fork();
        // What racks were told already comes into force without any target.
        foreach (var job in book.BeingLowered)
            Lower(after, new JobPercent(job, book.Jobs[job].OrderedPercent));
        var committed = after.PowerCommitted(domain);
        var lower = committed <= limit ? [] : PowerRelief.Lower(
            after, new Dictionary<int, Watts> { [domain] = limit }, job => after.AssignmentOf(job)!.PowerPercent, job => book.Jobs[job].Submitted);
        var jobs = new List<LoweredJob>();
        foreach (var one in lower)
        {
            var (before, from) = (after.PowerCommitted(domain), after.AssignmentOf(one.Job)!);
            Lower(after, one);
            jobs.Add(Of(one.Job, book.Jobs[one.Job].Spec, from, one.Percent, before - after.PowerCommitted(domain), book.Names.Layout));
        }
        return new TargetPlan(committed, after.PowerCommitted(domain), jobs.ToValueList());
    }

    private static LoweredJob Of(JobId job, JobSpec spec, Assignment held, int to, Watts freed, HallLayout layout) => new(
        job, held.PowerPercent, to, freed, Tier(spec), Speed(spec, held, to, layout) / Speed(spec, held, held.PowerPercent, layout), held.MilliGpus / 1000.0);

    private static void Lower(HallState state, JobPercent one) =>
        state.Reassign(one.Job, state.AssignmentOf(one.Job)! with { PowerPercent = one.Percent });

    private static string Tier(JobSpec spec) => spec.Flexibility is { } tier ? $"flexibility {tier}"
        : spec.PowerPolicies.Count > 0 ? "policies"
        : "percents";

    // The slowest of its GPUs sets the pace. Where no curve is known, what simulated devices do.
    private static double Speed(JobSpec spec, Assignment held, int percent, HallLayout layout)
    {
        var workload = ModelCurves.ClassOf((spec.Work as SimulatedWork)?.Class ?? "");
        var slowest = 1.0;
        foreach (var task in held.Tasks.Where(task => task.Gpus.Count > 0))
        {
            var model = layout.GpuModels[layout.Nodes[task.Node].GpuModel];
            var known = HardwareCatalogue.Default.Gpu(model.Name) is { } gpu ? ModelCurves.Speed(gpu, workload, model.LimitAt(percent)) : null;
            slowest = Math.Min(slowest, known ?? PowerEffects.SpeedOf(spec, held with { PowerPercent = percent }, layout));
        }
        return slowest;
    }
}
