using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Caps;

/// <summary>
/// Takes power from groups band by band and gives it back. Groups of one number are one band: they are reduced together,
/// in proportion to what each can give up. Larger numbers come first, and the next band only when one is exhausted.
/// </summary>
public static class PriorityBands
{
    /// <summary>Reduces groups.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="by">How much must go, 0 or more.</param>
    /// <returns>The groups in their order, and what could not be taken from anybody.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An amount or priority is negative.</exception>
    public static (IReadOnlyList<PriorityGroup> Groups, Watts Shortfall) Reduce(IReadOnlyList<PriorityGroup> groups, Watts by)
    {
        Check(groups, by);
        var (after, left) = (groups.ToArray(), by.Milliwatts);
        foreach (var band in Enumerable.Range(0, after.Length).GroupBy(i => after[i].Priority).OrderByDescending(band => band.Key))
        {
            foreach (var (index, taken) in Split([.. band], left, index => after[index].Room.Milliwatts))
            {
                after[index] = after[index] with { Allocated = after[index].Allocated - Watts.FromMilliwatts(taken), Full = after[index].Full ?? after[index].Allocated };
                left -= taken;
            }
        }
        return (after, Watts.FromMilliwatts(left));
    }

    /// <summary>
    /// Gives power back: to all groups at once when there is enough for every one, else band by band, smaller numbers
    /// first, in proportion to what each lacks.
    /// </summary>
    /// <param name="groups">The groups.</param>
    /// <param name="available">How much there is, 0 or more.</param>
    /// <returns>The groups in their order, and what nobody needed.</returns>
    public static (IReadOnlyList<PriorityGroup> Groups, Watts Unused) Restore(IReadOnlyList<PriorityGroup> groups, Watts available)
    {
        Check(groups, available);
        var (after, left) = (groups.ToArray(), available.Milliwatts);
        foreach (var band in Enumerable.Range(0, after.Length).GroupBy(i => after[i].Priority).OrderBy(band => band.Key))
        {
            foreach (var (index, given) in Split([.. band], left, index => after[index].Missing.Milliwatts))
            {
                after[index] = after[index] with { Allocated = after[index].Allocated + Watts.FromMilliwatts(given) };
                left -= given;
            }
        }
        return (after, Watts.FromMilliwatts(left));
    }

    // In proportion, to the milliwatt: each share is what remains to be split over what remains to split among.
    private static List<(int Index, long Share)> Split(IReadOnlyList<int> band, long amount, Func<int, long> most)
    {
        var shares = new List<(int, long)>();
        var room = band.Sum(most);
        var left = Math.Min(amount, room);
        foreach (var index in band)
        {
            var share = room == 0 ? 0 : (long)Math.Round((decimal)left * most(index) / room);
            shares.Add((index, share));
            (left, room) = (left - share, room - most(index));
        }
        return shares;
    }

    private static void Check(IReadOnlyList<PriorityGroup> groups, Watts amount)
    {
        ArgumentNullException.ThrowIfNull(groups);
        Require.NotNegative(amount.Value, nameof(amount));
        foreach (var group in groups)
        {
            Require.Count(group.Priority, 0, nameof(groups));
            Require.NotNegative(group.Allocated.Value, nameof(groups));
            Require.NotNegative(group.Floor.Value, nameof(groups));
        }
    }
}
