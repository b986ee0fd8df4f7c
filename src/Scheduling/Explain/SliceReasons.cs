using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>Says how many slices of every level fit in the domain that comes closest.</summary>
internal static class SliceReasons
{
    /// <summary>One reason for each level of slices that is short; empty when the job has no slices or they all fit.</summary>
    public static ValueList<Reason> Of(HallState state, JobSpec spec, TaskDemand[] demands)
    {
        if (spec.Topology.Slices.Count == 0)
            return [];
        var map = state.Shape.Domains[(int)(spec.Topology.Required ?? TopologyLevel.Hall)];
        var best = new List<Reason>();
        var most = -1L;
        foreach (var nodes in map.Nodes)
        {
            var (reasons, fitting) = In(state, spec, demands, nodes);
            if (reasons.Count == 0)
                return [];
            if (fitting > most)
                (best, most) = (reasons, fitting);
        }
        return best.ToValueList();
    }

    private static (List<Reason> Reasons, long Fitting) In(HallState state, JobSpec spec, TaskDemand[] demands, int[] nodes)
    {
        var slices = spec.Topology.Slices;
        var (needed, fits) = (new int[slices.Count], new int[slices.Count]);
        foreach (var task in demands)
        {
            var fitting = SliceFill.Fitting(state, task, slices, nodes);
            for (var depth = 0; depth < slices.Count; depth++)
            {
                needed[depth] += task.Count / slices[depth].Size;
                fits[depth] += fitting[depth];
            }
        }
        var reasons = new List<Reason>();
        for (var depth = 0; depth < slices.Count; depth++)
        {
            if (fits[depth] < needed[depth])
                reasons.Add(new Reason(ReasonCode.SliceShort, TopologyReason.NameOf(slices[depth].Level), needed[depth], fits[depth], "slices", [], 0));
        }
        return (reasons, fits.Sum(fit => (long)fit));
    }
}
