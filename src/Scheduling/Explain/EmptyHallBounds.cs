using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>
/// Proves that a job could never run in the hall, not even were it empty, healthy and at its rated limits. It only
/// counts and never searches, so it is quick and never wrong in saying "never"; a job it lets pass may still wait for ever.
/// </summary>
internal static class EmptyHallBounds
{
    /// <summary>Why the job can never run; empty when that is not proven.</summary>
    public static ValueList<Reason> Check(HallState state, JobSpec spec, TaskDemand[] demands)
    {
        var queue = OverLimit(state, spec);
        if (queue is not null)
            return [queue];
        foreach (var task in demands)
        {
            var reason = GroupAlone(state, spec, task);
            if (reason is not null)
                return [reason];
        }
        if (Apart(state, spec, demands) is { } apart)
            return [apart];
        if (spec.Topology.Required is not (null or TopologyLevel.Hall) && Required(state, spec, demands) is { Count: > 0 } required)
            return required;
        return SliceReasons.Of(state.Shape.Empty, spec, demands);
    }

    private static Reason? OverLimit(HallState state, JobSpec spec)
    {
        var queue = state.QueueOf(spec.Queue);
        if (queue < 0)
            return null;
        foreach (var index in state.Shape.QueuePath[queue])
        {
            var facts = state.Layout.Queues[index];
            if (facts.LimitMilliGpu >= 0 && spec.LeastMilliGpus > facts.LimitMilliGpu)
                return new Reason(ReasonCode.QueueLimit, facts.Id.Value, spec.LeastMilliGpus / 1000.0, facts.LimitMilliGpu / 1000.0, "GPUs", [], 0);
            if (!spec.Preemptible && facts.QuotaMilliGpu >= 0 && spec.LeastMilliGpus > facts.QuotaMilliGpu)
                return new Reason(ReasonCode.OverQuota, facts.Id.Value, spec.LeastMilliGpus / 1000.0, facts.QuotaMilliGpu / 1000.0, "GPUs", [], 0);
        }
        return null;
    }

    private static Reason? Apart(HallState state, JobSpec spec, TaskDemand[] demands)
    {
        var asked = demands.Sum(task => task.Count);
        var most = demands[0].Apart?.Most(TopologyLevel.Hall, 0) ?? long.MaxValue;
        return most >= asked ? null : new Reason(ReasonCode.ApartShort, spec.Groups[0].Name, asked, most, "tasks", [], 0);
    }

    private static Reason? GroupAlone(HallState state, JobSpec spec, TaskDemand task)
    {
        var room = new EmptyRoom(state, task);
        var name = spec.Groups[task.Group].Name;
        for (var step = 0; step < EmptyRoom.Steps.Length; step++)
        {
            var total = room.InHall(step);
            if (total < task.Count)
                return room.Reason(step, name, total);
        }
        return null;
    }

    // One domain must hold every group; each group is counted alone, which can only make the domain look larger.
    private static ValueList<Reason> Required(HallState state, JobSpec spec, TaskDemand[] demands)
    {
        var map = state.Shape.Domains[(int)spec.Topology.Required!.Value];
        var asked = demands.Sum(task => task.Count);
        var rooms = new int[map.Count];
        var whole = new bool[map.Count];
        Array.Fill(whole, true);
        foreach (var task in demands)
        {
            var held = new EmptyRoom(state, task).InDomains(map);
            for (var domain = 0; domain < map.Count; domain++)
            {
                rooms[domain] += (int)Math.Min(task.Count, held[domain]);
                whole[domain] &= held[domain] >= task.Count;
            }
        }
        return whole.Contains(true) ? [] : [TopologyReason.Of(map, spec.Topology.Required.Value, rooms, asked)];
    }
}
