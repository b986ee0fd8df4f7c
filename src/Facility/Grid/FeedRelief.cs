using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// What whoever places work can do that reducing power cannot: checkpoint some of it and let it go on where there is
/// power, or wait. Moving comes before waiting, and the least important work goes first.
/// </summary>
public static class FeedRelief
{
    /// <summary>The steps that bring a feed within its limit; empty when it is.</summary>
    /// <param name="feed">The feed, already reduced as far as its groups allow.</param>
    /// <param name="groups">Groups that may be moved or paused, least important first.</param>
    /// <param name="others">Room on other feeds.</param>
    public static IReadOnlyList<ReliefAction> Plan(FeedLoad feed, IReadOnlyList<string> groups, IReadOnlyDictionary<string, Watts> others)
    {
        var actions = new List<ReliefAction>();
        var (over, room) = (feed.Load - feed.Limit, others.ToDictionary(StringComparer.Ordinal));
        foreach (var group in feed.Groups.Where(group => groups.Contains(group.Name)).OrderBy(group => groups.ToList().IndexOf(group.Name)))
        {
            if (over <= Watts.Zero)
                break;
            var amount = group.Drawn < over ? group.Drawn : over;
            var to = room.Where(other => other.Value >= amount).OrderByDescending(other => other.Value).Select(other => other.Key).FirstOrDefault();
            actions.Add(new ReliefAction(to is null ? ReliefKind.Pause : ReliefKind.Migrate, group.Name, amount, to));
            if (to is not null)
                room[to] -= amount;
            over -= amount;
        }
        return actions;
    }
}
