using ControlPlane.Domain;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Events;

/// <summary>
/// Trunks that are dead, carry less, or flap, and what that leaves of the speed of gangs across them. It follows from the plan
/// and the instant alone. A trunk that is down for longer than its users wait (7 s, NCCL over InfiniBand) breaks their gangs; one
/// that falls three times within ten minutes is taken out of use until it has been steady for ten, as running halls do.
/// </summary>
internal sealed class LinkFaults
{
    /// <summary>Seconds for which a collective waits before its job breaks.</summary>
    public const double BreaksAfterSeconds = 7;

    private const double SteadySeconds = 600;
    private const int Falls = 3;

    private readonly TwinPlan _plan;
    private readonly TwinFloor _floor;
    private readonly double[] _carries;
    private readonly double[] _works;

    public LinkFaults(TwinPlan plan, TwinFloor floor)
    {
        (_plan, _floor) = (plan, floor);
        (_carries, _works) = (new double[floor.Layout.Links.Count], new double[floor.Layout.Links.Count]);
        Array.Fill(_carries, 1);
        Array.Fill(_works, 1);
    }

    /// <summary>True while any trunk is not as it should be.</summary>
    public bool Any { get; private set; }

    /// <summary>When a flapping trunk is taken out of use, in milliseconds; null when it never is, or is dead from the start.</summary>
    public static long? TakenAt(TwinFault fault) =>
        fault is { Kind: "link", DownSeconds: <= BreaksAfterSeconds, EverySeconds: { } every } && (Falls - 1) * every <= SteadySeconds && (Falls - 1) * every < fault.ForSeconds
            ? (long)((fault.AtSeconds + ((Falls - 1) * every)) * 1000) : null;

    /// <summary>When it is over, in milliseconds.</summary>
    public static long EndsAt(TwinFault fault) => (long)((fault.AtSeconds + fault.ForSeconds + (TakenAt(fault) is null ? 0 : SteadySeconds)) * 1000);

    /// <summary>The index of a trunk.</summary>
    public int IndexOf(string name) => _floor.Layout.Links.Items.Select((link, at) => (link, at)).Single(one => one.link.Id.Value == name).at;

    /// <summary>Sets a trunk as it is at an instant.</summary>
    /// <returns>Whether it carries anything then.</returns>
    public bool Put(string name, long now)
    {
        var (link, isUp) = (IndexOf(name), true);
        (_carries[link], _works[link]) = (1, 1);
        foreach (var fault in _plan.Faults.Where(fault => fault.Kind == "link" && fault.Name == name && (long)(fault.AtSeconds * 1000) <= now && now < EndsAt(fault)))
        {
            if (fault.EverySeconds is not { } every || TakenAt(fault) <= now || fault.DownSeconds > BreaksAfterSeconds)
                _carries[link] = Math.Min(_carries[link], fault.EverySeconds is null ? fault.LeftShare ?? 0 : 0);
            else
                _works[link] *= 1 - (fault.DownSeconds!.Value / every);
            isUp &= _carries[link] > 0;
        }
        Any = _carries.Concat(_works).Any(share => share < 1);
        return isUp;
    }

    /// <summary>Jobs across trunks that are not as they should be.</summary>
    public IEnumerable<JobId> Across(HallState state) => !Any ? [] :
        Enumerable.Range(0, _carries.Length).Where(link => _carries[link] < 1 || _works[link] < 1).SelectMany(state.JobsAcross).Distinct();

    /// <summary>What is left of a job's speed: all that cross a trunk share what it carries; nothing moves across a dead one.</summary>
    public double SpeedOf(HallState state, JobId job)
    {
        var speed = 1.0;
        for (var link = 0; Any && link < _carries.Length; link++)
        {
            if ((_carries[link] < 1 || _works[link] < 1) && state.JobsAcross(link).Contains(job))
            {
                var asked = state.LinkReserved(link).Value;
                var share = asked <= 0 ? 1 : Math.Min(1, _carries[link] * _floor.Layout.Links[link].Capacity.Value / asked);
                speed = Math.Min(speed, share * _works[link]);
            }
        }
        return speed;
    }
}
