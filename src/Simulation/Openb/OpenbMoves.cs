using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Openb;

/// <summary>
/// Lets pods that fit nowhere in by moving others: by one chain of moves, or else after the shares have been repacked.
/// </summary>
internal sealed class OpenbMoves(HallState state, PlacementProfile profile, ulong seed)
{
    private readonly RoomByMoving _room = new(state, profile);
    private readonly ShareRepacking _shares = new(state);

    // Shapes for which no way was found since the last move: pods only arrive, so there is none until something moves.
    private readonly HashSet<TaskGroup> _hopeless = [];

    /// <summary>How many times a pod was moved.</summary>
    public int Moves { get; private set; }

    /// <summary>The pod was placed and may be moved from now on.</summary>
    public void Placed(JobId job)
    {
        _room.Add(job);
        _shares.Add(job);
    }

    /// <summary>Places the pod by moving others; it stays without a place when no way is found.</summary>
    public void LetIn(JobId job, JobSpec spec)
    {
        if (_hopeless.Contains(spec.Groups[0]))
            return;
        if (!ByChain(job, spec) && !(Repacked() && (AsItIs(job, spec) || ByChain(job, spec))))
            _hopeless.Add(spec.Groups[0]);
    }

    private bool AsItIs(JobId job, JobSpec spec)
    {
        if (Placer.Place(state, job, spec, profile, seed) is not Placed placed)
            return false;
        state.Assign(job, spec, placed.Assignment);
        Placed(job);
        return true;
    }

    private bool ByChain(JobId job, JobSpec spec)
    {
        if (_room.Find(job, spec, seed) is not { } plan)
            return false;
        _room.Apply(plan, job, spec);
        Moved(plan.Moves);
        Placed(job);
        return true;
    }

    private bool Repacked()
    {
        var before = Moves;
        while (_shares.Step() is { } moves)
            Moved(moves);
        return Moves > before;
    }

    private void Moved(ValueList<JobMove> moves)
    {
        foreach (var move in moves)
            Placed(move.Job);
        Moves += moves.Count;
        _hopeless.Clear();
    }
}
