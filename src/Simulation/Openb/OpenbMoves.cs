using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Openb;

/// <summary>Lets pods that fit nowhere in by moving others.</summary>
internal sealed class OpenbMoves(HallState state, PlacementProfile profile, ulong seed)
{
    private readonly RoomByMoving _room = new(state, profile);

    // Shapes for which no way was found since the last move: pods only arrive, so there is none until something moves.
    private readonly HashSet<TaskGroup> _hopeless = [];

    /// <summary>How many times a pod was moved.</summary>
    public int Moves { get; private set; }

    /// <summary>The pod was placed and may be moved from now on.</summary>
    public void Placed(JobId job) => _room.Add(job);

    /// <summary>Places the pod by moving others; leaves everything as it is when no way is found.</summary>
    public void LetIn(JobId job, JobSpec spec)
    {
        if (_hopeless.Contains(spec.Groups[0]))
            return;
        if (_room.Find(job, spec, seed) is not { } plan)
        {
            _hopeless.Add(spec.Groups[0]);
            return;
        }
        _room.Apply(plan, job, spec);
        Moves += plan.Moves.Count;
        _hopeless.Clear();
    }
}
