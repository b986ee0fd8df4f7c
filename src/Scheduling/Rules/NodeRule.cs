namespace ControlPlane.Scheduling.Rules;

/// <summary>
/// One condition on putting tasks on a node. It answers with a count, so that the same rule decides (is it at least
/// one?), fills (how many at once?) and explains (how many in all?).
/// </summary>
internal abstract class NodeRule
{
    /// <summary>The reason given when this rule is what is short.</summary>
    public abstract ReasonCode Code { get; }

    /// <summary>How many more such tasks this rule alone lets onto the node; <see cref="int.MaxValue"/> when it does not care.</summary>
    public abstract int Room(HallState state, int node, TaskDemand task);

    protected static int Times(long available, long each)
    {
        if (each <= 0)
            return int.MaxValue;
        return available <= 0 ? 0 : (int)Math.Min(int.MaxValue, available / each);
    }
}
