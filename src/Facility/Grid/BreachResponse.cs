using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;

namespace ControlPlane.Facility.Grid;

/// <summary>What is told with an alert: who should give up power, and what infrastructure may do if that is not enough.</summary>
/// <param name="Hints">In the order in which they should be followed; empty once the breach is over.</param>
/// <param name="Actions">Least disruptive first; empty once the breach is over.</param>
public sealed record BreachResponse(ValueList<ShedHint> Hints, ValueList<InfrastructureAction> Actions)
{
    /// <summary>Nothing to do.</summary>
    public static BreachResponse None { get; } = new([], []);

    /// <summary>
    /// The response to an alert. Hints follow the priority bands, so that they ask for what the bands would take. A warning
    /// lets nodes be switched off, a critical breach racks too; data feeds and breakers are never asked for here, since
    /// they hit work that has nothing to give.
    /// </summary>
    /// <param name="alert">The alert.</param>
    /// <param name="target">The limit in force.</param>
    /// <param name="groups">Groups that can be reduced.</param>
    public static BreachResponse For(BreachAlert alert, Watts target, IReadOnlyList<PriorityGroup> groups)
    {
        if (alert.Status == BreachStatus.Resolved || alert.Measured <= target)
            return None;
        var (after, _) = PriorityBands.Reduce(groups, alert.Measured - target);
        var reduced = groups.Zip(after).Where(pair => pair.Second.Allocated < pair.First.Allocated).Select(pair => pair.Second)
            .OrderByDescending(group => group.Priority);
        return new BreachResponse(
            [.. reduced.Select((group, index) => new ShedHint(group.Name, index + 1, group.Allocated))],
            alert.Severity == BreachSeverity.Critical ? [InfrastructureAction.ShutdownNodes, InfrastructureAction.ShutdownRacks] : [InfrastructureAction.ShutdownNodes]);
    }
}
