using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>The part of the second look that concerns where tasks lie to one another.</summary>
internal static class PlanCheckTopology
{
    /// <summary>True when the tasks lie to one another as the job wants.</summary>
    public static bool Holds(HallLayout layout, JobSpec spec, Assignment assignment)
    {
        var found = new List<PlanViolation>();
        Check(layout, spec, assignment, found);
        return found.Count == 0;
    }

    public static void Check(HallLayout layout, JobSpec spec, Assignment assignment, List<PlanViolation> found)
    {
        if (spec.Topology.Required is { } level)
            RequireOne(layout, level, assignment.Tasks, "the gang", found);
        foreach (var slice in spec.Topology.Slices)
        {
            foreach (var tasks in assignment.Tasks.GroupBy(task => (task.Group, task.Task / slice.Size)))
                RequireOne(layout, slice.Level, [.. tasks], $"slice {tasks.Key.Item2} of group {tasks.Key.Group}", found);
        }
        foreach (var limit in spec.Topology.AtMost)
        {
            foreach (var domain in assignment.Tasks.GroupBy(task => Domain(layout, limit.Level, task.Node)))
            {
                if (domain.Key >= 0 && domain.Count() > limit.Tasks)
                    found.Add(new PlanViolation("apart", $"{domain.Count()} tasks lie in one {limit.Level}, at most {limit.Tasks} may"));
            }
        }
        foreach (var task in assignment.Tasks)
        {
            if (spec.Topology.Nodes.Count > 0 && !spec.Topology.Nodes.Contains(layout.Nodes[task.Node].Id))
                found.Add(new PlanViolation("nodes", $"the job does not name node {layout.Nodes[task.Node].Id}"));
        }
        if (spec.PowerSteps.Count > 0)
            CheckSteps(layout, spec, assignment, found);
        else if (assignment.PowerPercent != 100 && !spec.PowerPercents.Contains(assignment.PowerPercent))
            found.Add(new PlanViolation("power limit", $"the job does not accept {assignment.PowerPercent} %"));
    }

    private static void CheckSteps(HallLayout layout, JobSpec spec, Assignment assignment, List<PlanViolation> found)
    {
        foreach (var task in assignment.Tasks)
        {
            var model = task.Gpus.Count == 0 ? null : layout.GpuModels[layout.Nodes[task.Node].GpuModel].Name;
            if (model is not null && !spec.PowerSteps.Any(step => step.Percent == assignment.PowerPercent && step.Allows(model)))
            {
                found.Add(new PlanViolation("power limit", $"no policy of the job gives {model} {assignment.PowerPercent} %"));
                return;
            }
        }
    }

    private static void RequireOne(
        HallLayout layout, TopologyLevel level, IReadOnlyCollection<TaskPlacement> tasks, string who, List<PlanViolation> found)
    {
        var domains = tasks.Select(task => Domain(layout, level, task.Node)).Distinct().ToList();
        if (domains.Count != 1 || domains[0] < 0)
            found.Add(new PlanViolation("topology", $"{who} must lie in one {level} and lies in {domains.Count}"));
    }

    private static int Domain(HallLayout layout, TopologyLevel level, int index)
    {
        var node = layout.Nodes[index];
        var rack = layout.Racks[node.Rack];
        return level switch
        {
            TopologyLevel.Row => rack.Row,
            TopologyLevel.Spine => rack.Spine,
            TopologyLevel.Leaf => rack.Leaf,
            TopologyLevel.Rack => node.Rack,
            TopologyLevel.NvlinkDomain => node.NvlinkDomain,
            TopologyLevel.Node => index,
            _ => 0,
        };
    }
}
