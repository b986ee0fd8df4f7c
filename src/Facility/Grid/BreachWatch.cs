using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// Watches the meter of a feed under a target: a breach is found, may become worse, and ends, all under one id. Between
/// the target and the warning threshold nothing changes, so that a meter that trembles does not ring twice.
/// </summary>
/// <param name="Target">The limit in force, above 0.</param>
/// <param name="WarningShare">Share over the target from which a breach is found; 5 % by default, since no standard states one.</param>
/// <param name="CriticalShare">Share over the target above which it is critical: 20 % (DSX Flex).</param>
public sealed record BreachWatch(Watts Target, double WarningShare = 0.05, double CriticalShare = 0.2)
{
    /// <summary>The breach that is open, as it was last told; null when none is.</summary>
    public BreachAlert? Open { get; private init; }

    /// <summary>The same watch with a breach that was found before it began.</summary>
    public BreachWatch Resume(BreachAlert open) => this with { Open = open };

    /// <summary>How far a load is over the target.</summary>
    public BreachSeverity SeverityOf(Watts measured)
    {
        var over = measured / Target - 1;
        if (over > CriticalShare)
            return BreachSeverity.Critical;
        return over > WarningShare ? BreachSeverity.Warning : BreachSeverity.None;
    }

    /// <summary>Looks at the meter.</summary>
    /// <param name="measured">What it shows.</param>
    /// <param name="now">The instant.</param>
    /// <param name="newId">The id of a breach if one is found.</param>
    /// <returns>The watch, and what is to be told, or null.</returns>
    public (BreachWatch Watch, BreachAlert? Alert) Observe(Watts measured, TimeSpan now, string newId)
    {
        Require.Positive(Target.Value, nameof(Target));
        Require.NotNegative(measured.Value, nameof(measured));
        var severity = SeverityOf(measured);
        if (Open is null)
            return severity == BreachSeverity.None ? (this, null) : Told(new BreachAlert(newId, BreachStatus.Active, severity, measured, now, null));
        if (measured <= Target)
            return (this with { Open = null }, Open with { Status = BreachStatus.Resolved, Measured = measured, ResolvedAt = now });
        return severity > Open.Severity
            ? Told(Open with { Status = BreachStatus.Escalated, Severity = severity, Measured = measured })
            : (this, null);
    }

    private (BreachWatch, BreachAlert?) Told(BreachAlert alert) => (this with { Open = alert }, alert);
}
