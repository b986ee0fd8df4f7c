using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>How a job that does not fit is let in: who moves where, and what the job then holds. Nobody loses anything.</summary>
/// <param name="Assignment">What the job holds afterwards.</param>
/// <param name="Moves">The jobs that move, each once; every one is placed again.</param>
public sealed record RoomPlan(Assignment Assignment, ValueList<JobMove> Moves)
{
    /// <summary>Carries the plan out: everyone who moves lets go first, so that no limit is passed on the way.</summary>
    /// <param name="state">The hall, unchanged since the plan was made.</param>
    /// <param name="job">The job that is let in.</param>
    /// <param name="spec">What it asks for.</param>
    /// <exception cref="InvariantException">The hall has changed and the plan does not fit it any more.</exception>
    public void ApplyTo(HallState state, JobId job, JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(spec);
        var specs = Moves.Select(move => state.SpecOf(move.Job)
            ?? throw new InvariantException($"Job {move.Job} holds nothing in hall {state.Layout.Hall}.")).ToList();
        foreach (var move in Moves)
            state.Release(move.Job);
        state.Assign(job, spec, Assignment);
        for (var index = 0; index < Moves.Count; index++)
            state.AssignAgain(Moves[index].Job, specs[index], Moves[index].To, Moves[index].From);
    }
}
