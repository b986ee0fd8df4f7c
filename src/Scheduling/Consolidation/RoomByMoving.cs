using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling;

/// <summary>
/// Finds room for a job by moving placed jobs: the job takes the place of one, that one the place of another, and so on
/// until the last finds a free place. Each link needs a little less or fits a gap better, so gaps too small for anyone
/// add up to room for one more. Jobs of one task take part; larger ones neither move nor are let in.
/// </summary>
/// <remarks>
/// Chains are searched breadth first over the shapes of jobs, so the fewest moves are found and every shape is looked at
/// once: the cost of a search is the number of shapes times the number of placed jobs, whatever the length of the chain.
/// The same state, jobs and limits always give the same plan. Not safe for concurrent use.
/// </remarks>
/// <param name="state">The hall; searches do not change it.</param>
/// <param name="profile">Where the last of a chain is best put.</param>
/// <param name="mostMoves">How many jobs may move for one; at least 1.</param>
public sealed class RoomByMoving(HallState state, PlacementProfile profile, int mostMoves = 16)
{
    // So many chains are carried out on a copy before the search gives up: shared limits and nodes that a chain meets
    // twice make few of them fail.
    private const int MostTrials = 64;

    private readonly MovableTasks _tasks = new(state);

    /// <summary>Says that a placed job may be moved; jobs of several tasks are passed over.</summary>
    /// <param name="job">A job that holds something in the hall.</param>
    public void Add(JobId job) => _tasks.Add(job);

    /// <summary>Says that a job may not be moved, or holds nothing any more.</summary>
    /// <param name="job">The job.</param>
    public void Remove(JobId job) => _tasks.Remove(job);

    /// <summary>Carries a plan out in the hall and keeps count of who is where.</summary>
    /// <param name="plan">The plan, made from the hall as it is.</param>
    /// <param name="job">The job that is let in; it may be moved from now on.</param>
    /// <param name="spec">What it asks for.</param>
    public void Apply(RoomPlan plan, JobId job, JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.ApplyTo(state, job, spec);
        foreach (var move in plan.Moves)
            Add(move.Job);
        Add(job);
    }

    /// <summary>A way to let the job in, or null when none was found.</summary>
    /// <param name="job">The job, which holds nothing here and fits nowhere.</param>
    /// <param name="spec">What it asks for.</param>
    /// <param name="seed">Any number; recorded with the plan it repeats the plan.</param>
    public RoomPlan? Find(JobId job, JobSpec spec, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (!MovableTasks.IsSingle(spec) || state.Contains(job))
            return null;
        var trials = 0;
        var seen = new bool[_tasks.Shapes.Count];
        var links = new List<Link> { new(-1, -1, TaskDemand.Of(state.Shape, spec.PowerSteps.Count > 0 ? spec.At(spec.PowerSteps[0]) : spec)[0], 0) };
        for (var next = 0; next < links.Count; next++)
        {
            if (links[next].Depth == mostMoves)
                break;
            foreach (var (task, shape) in _tasks.Replaceable(links[next].Demand, seen, NodesOf(links, next)))
            {
                seen[shape] = true;
                links.Add(new Link(task, next, _tasks.Shapes[shape], links[next].Depth + 1));
                if (!_tasks.FitsSomewhere(shape, profile, seed))
                    continue;
                if (Settled(job, spec, links, links.Count - 1, seed) is { } plan)
                    return plan;
                if (++trials == MostTrials)
                    return null;
            }
        }
        return null;
    }

    private HashSet<int> NodesOf(List<Link> links, int at)
    {
        var nodes = new HashSet<int>();
        for (; links[at].Task >= 0; at = links[at].Parent)
            nodes.Add(_tasks.NodeOf(links[at].Task));
        return nodes;
    }

    // Carries the chain out on a copy: everyone on it lets go, each takes the place of the next, the last is placed.
    private RoomPlan? Settled(JobId job, JobSpec spec, List<Link> links, int last, ulong seed)
    {
        var chain = new List<int>();
        for (var at = last; links[at].Task >= 0; at = links[at].Parent)
            chain.Insert(0, links[at].Task);
        var copy = state.Scratch();
        var jobs = chain.Select(_tasks.JobOf).ToList();
        foreach (var moving in jobs)
            copy.Release(moving);
        var demand = links[0].Demand;
        Assignment? letIn = null;
        var moves = new List<JobMove>();
        for (var step = 0; step <= chain.Count; step++)
        {
            var (who, what) = step == 0 ? (job, spec) : (jobs[step - 1], state.SpecOf(jobs[step - 1])!);
            var from = step == 0 ? new Assignment([]) : state.AssignmentOf(who)!;
            var to = step < chain.Count
                ? MovableTasks.At(copy, _tasks.NodeOf(chain[step]), demand)
                : Placer.PlaceSame(copy, who, what, from, profile, seed);
            if (to is null || !copy.TryAssignAgain(who, what, to, from))
                return null;
            if (step == 0)
                letIn = to;
            else
                moves.Add(new JobMove(who, from, to));
            demand = step < chain.Count ? _tasks.DemandOf(chain[step]) : demand;
        }
        return new RoomPlan(letIn!, moves.ToValueList());
    }

    private readonly record struct Link(int Task, int Parent, TaskDemand Demand, int Depth);
}
