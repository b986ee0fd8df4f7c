using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Events;

/// <summary>
/// Failures of the whole hall as one stream, each on a node drawn evenly. What becomes of the hall changes nothing in it, so
/// that two runs of one seed meet the same failures whatever else differs.
/// </summary>
internal sealed class Failures
{
    private const ulong Purpose = 2;

    private readonly TwinPlan _plan;
    private readonly int _nodes;
    private readonly SeededDraws _draws;

    public Failures(TwinPlan plan, int nodes, (ulong State, double Clock)? at, long now)
    {
        (_plan, _nodes) = (plan, nodes);
        _draws = at is { } stood ? new SeededDraws(stood.State) : SeededDraws.Of(plan.Seed, Purpose);
        Clock = at?.Clock ?? 0;
        Ahead();
        // Under another rate the next one may have come before now: what has not happened yet has no memory of that.
        if (NextAt <= now && now > 0)
        {
            Clock = now;
            Ahead();
        }
    }

    /// <summary>When the next one happens, in milliseconds; never is the greatest number.</summary>
    public long NextAt { get; private set; }

    /// <summary>Where the stream stood before the next one was drawn.</summary>
    public (ulong State, double Clock) Stood { get; private set; }

    private double Clock { get; set; }

    /// <summary>The next one: its node, whether software did it, and how long a repair takes otherwise.</summary>
    public (int Node, bool IsSoftware, long RepairMilliseconds) Take()
    {
        var failure = (_draws.Below(_nodes), _draws.Share() < _plan.SoftwareShare, (long)Math.Ceiling(_draws.Exponential(_plan.RepairHours * 3.6e6)));
        Ahead();
        return failure;
    }

    private void Ahead()
    {
        Stood = (_draws.State, Clock);
        if (_plan.FailuresPerNodeDay == 0)
        {
            NextAt = long.MaxValue;
            return;
        }
        Clock += _draws.Exponential(_plan.Failures.MeanHours(_nodes) * 3.6e6);
        NextAt = (long)Math.Ceiling(Clock);
    }
}
