using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling.Rules;

namespace ControlPlane.Scheduling;

/// <summary>Says why a job that could run here does not fit now. Looks at every node, so it is asked only after a search failed.</summary>
internal static class Diagnosis
{
    /// <summary>The reasons, dominant first; never empty.</summary>
    public static ValueList<Reason> Of(HallState state, JobSpec spec, TaskDemand[] demands)
    {
        var reasons = new List<Reason>();
        var queue = state.Queues.FirstExceeded(state.QueueOf(spec.Queue), spec.LeastMilliGpus);
        if (queue >= 0)
            reasons.Add(QueueReason(state, spec, queue));
        var overQuota = spec.Preemptible ? -1 : state.Queues.FirstOverQuota(state.QueueOf(spec.Queue), spec.LeastMilliGpus);
        if (overQuota >= 0)
            reasons.Add(QuotaReason(state, spec, overQuota));
        var alone = demands.Select(task => OfGroup(state, spec.Groups[task.Group].Name, task)).OfType<Reason>().ToList();
        if (alone.Count > 0)
            reasons.AddRange(alone);
        else if (SliceReasons.Of(state, spec, demands) is { Count: > 0 } slices)
            reasons.AddRange(slices);
        else if (OfGang(state, spec, demands) is { } whole)
            reasons.Add(whole);
        if (reasons.Count == 0)
            reasons.Add(new Reason(ReasonCode.NoCombination, spec.Groups[0].Name, 0, 0, "", [], 0));
        return reasons.ToValueList();
    }

    private static Reason QueueReason(HallState state, JobSpec spec, int queue)
    {
        var facts = state.Layout.Queues[queue];
        var left = facts.LimitMilliGpu - state.Queues.Used[queue];
        return new Reason(ReasonCode.QueueLimit, facts.Id.Value, spec.LeastMilliGpus / 1000.0, left / 1000.0, "GPUs", [], 0);
    }

    private static Reason QuotaReason(HallState state, JobSpec spec, int queue)
    {
        var facts = state.Layout.Queues[queue];
        var left = Math.Max(0, facts.QuotaMilliGpu - state.Queues.Fixed[queue]);
        return new Reason(ReasonCode.OverQuota, facts.Id.Value, spec.LeastMilliGpus / 1000.0, left / 1000.0, "GPUs", [], 0);
    }

    // The first rule of nodes that, on top of those before it, leaves too little room is what is short.
    private static Reason? OfGroup(HallState state, string group, TaskDemand task)
    {
        var totals = new long[NodeRules.OfNode.Length];
        for (var node = 0; node < state.Shape.Gpus.Length; node++)
        {
            var room = task.Count;
            for (var rule = 0; rule < totals.Length && room > 0; rule++)
            {
                room = Math.Min(room, NodeRules.OfNode[rule].Room(state, node, task));
                totals[rule] += room;
            }
        }
        var shortOf = Array.FindIndex(totals, total => total < task.Count);
        return shortOf < 0
            ? null
            : new Reason(NodeRules.OfNode[shortOf].Code, group, task.Count, totals[shortOf], "tasks", [], 0);
    }

    // Domains whose nodes hold every group by themselves lack something shared; when there is none, domains are too small.
    private static Reason? OfGang(HallState state, JobSpec spec, TaskDemand[] demands)
    {
        var level = spec.Topology.Required ?? TopologyLevel.Hall;
        var map = state.Shape.Domains[(int)level];
        var rooms = new int[map.Count];
        var whole = new bool[map.Count];
        Array.Fill(whole, true);
        foreach (var task in demands)
        {
            var held = new long[map.Count];
            for (var node = 0; node < map.OfNode.Length; node++)
            {
                if (map.OfNode[node] >= 0)
                    held[map.OfNode[node]] += Math.Min(task.Count, NodeRules.Room(NodeRules.OfNode, state, node, task));
            }
            for (var domain = 0; domain < map.Count; domain++)
            {
                rooms[domain] += (int)Math.Min(task.Count, held[domain]);
                whole[domain] &= held[domain] >= task.Count;
            }
        }
        return whole.Contains(true)
            ? new GangShortage(state, spec, demands).In(level, Enumerable.Range(0, map.Count).Where(domain => whole[domain]))
            : TopologyReason.Of(map, level, rooms, demands.Sum(task => task.Count));
    }
}
