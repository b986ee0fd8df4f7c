using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// A feed under load targets, as a value that moves from event to event. Only flexible groups are reduced, in proportion
/// to what each can give up, and none below its floor: no work is ended. Where that is not enough the feed stays over its
/// target and says so, until work ends by itself or is moved.
/// </summary>
/// <param name="Tag">The feed's name.</param>
/// <param name="Default">Its limit without a target.</param>
/// <param name="Other">Load that belongs to no group.</param>
/// <param name="Groups">The groups on it.</param>
/// <param name="Targets">Targets that are to come or in force, in the order in which they came.</param>
/// <param name="Now">The instant.</param>
/// <param name="IsInFlight">Whether a change of load was begun and has not ended.</param>
public sealed record FeedLoad(
    string Tag, Watts Default, Watts Other, ValueList<FlexibleGroup> Groups, ValueList<LoadTarget> Targets = default, TimeSpan Now = default,
    bool IsInFlight = false)
{
    /// <summary>The target in force: of several the one that came last. Null when there is none.</summary>
    public LoadTarget? Active => Targets.LastOrDefault(target => target.IsActiveAt(Now));

    /// <summary>The limit in force.</summary>
    public Watts Limit => Active?.Limit is { } limit && limit < Default ? limit : Default;

    /// <summary>What the groups draw by calculation.</summary>
    public Watts Load => Groups.Aggregate(Other, (sum, group) => sum + group.Drawn);

    /// <summary>Whether the target in force is kept; true when there is none.</summary>
    public bool IsCompliant => Active is null || Load <= Limit;

    /// <summary>Receives a target. One without an end replaces everything that came before; others replace what begins with them.</summary>
    /// <param name="target">The target.</param>
    public (FeedLoad Feed, IReadOnlyList<FeedEvent> Events) Receive(LoadTarget target)
    {
        if (target.Limit is { } limit)
            Require.NotNegative(limit.Value, nameof(target));
        if (target.End <= target.Start)
            throw new ArgumentOutOfRangeException(nameof(target), target.End, "A target must end after it begins.");
        var kept = Targets.Where(old => old.CorrelationId != target.CorrelationId && old.Start != target.Start);
        return (this with { Targets = [.. kept, target] }, [FeedEvent.TargetSet]);
    }

    /// <summary>Moves time on: targets begin and end, and load begins to fall or returns.</summary>
    /// <param name="now">The instant, not before the last one.</param>
    public (FeedLoad Feed, IReadOnlyList<FeedEvent> Events) At(TimeSpan now)
    {
        Require.Forward(now - Now, nameof(now));
        var moved = this with { Now = now, Targets = [.. Targets.Where(target => !(now >= target.End))] };
        if (moved.Load > moved.Limit)
            return IsInFlight ? (moved, [FeedEvent.Periodic]) : (moved with { IsInFlight = true }, [FeedEvent.StartRampDown]);
        var risen = moved.Risen();
        return risen.Load > moved.Load
            ? (risen with { IsInFlight = false }, [FeedEvent.StartRampUp, FeedEvent.EndRampUp])
            : (moved, [FeedEvent.Periodic]);
    }

    /// <summary>Load has followed: flexible groups draw what the limit leaves them.</summary>
    public (FeedLoad Feed, IReadOnlyList<FeedEvent> Events) Converge()
    {
        var over = Load - Limit;
        var room = Groups.Sum(group => group.Room.Milliwatts);
        if (over <= Watts.Zero || room == 0)
            return (this with { IsInFlight = false }, [FeedEvent.EndRampDown]);
        var share = Math.Min(1, over.Milliwatts / (double)room);
        ValueList<FlexibleGroup> reduced =
            [.. Groups.Select(group => group.Room == Watts.Zero ? group : group with { Reduced = group.Drawn - group.Room * share })];
        return (this with { Groups = reduced, IsInFlight = false }, [FeedEvent.EndRampDown]);
    }

    /// <summary>Work has ended, or has gone elsewhere: the group shrinks in proportion.</summary>
    /// <param name="group">Whose.</param>
    /// <param name="freed">What it drew, at most what the group draws.</param>
    public FeedLoad Ended(string group, Watts freed)
    {
        var found = Groups.FirstOrDefault(one => one.Name == group) ?? throw new ArgumentException($"There is no group {group}.", nameof(group));
        Require.AtLeast(found.Drawn.Value, Require.NotNegative(freed.Value, nameof(freed)), nameof(freed));
        if (freed == Watts.Zero)
            return this;
        var stays = 1 - freed / found.Drawn;
        var left = found with { Load = found.Load * stays, Floor = found.Floor * stays, Reduced = found.Reduced * stays };
        return this with { Groups = [.. Groups.Select(one => one.Name == group ? left : one)] };
    }

    // Reduced groups take back what the limit leaves, in proportion to what each lacks; not while a target is in force,
    // or every job that ends would start another ramp.
    private FeedLoad Risen()
    {
        var missing = Groups.Sum(group => (group.Load - group.Drawn).Milliwatts);
        if (missing == 0 || Active is not null)
            return this;
        var share = Math.Min(1, (Limit - Load).Milliwatts / (double)missing);
        return this with { Groups = [.. Groups.Select(group => group.Reduced is { } drawn ? group with { Reduced = share >= 1 ? null : drawn + (group.Load - drawn) * share } : group)] };
    }
}
