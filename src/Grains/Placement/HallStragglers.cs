using ControlPlane.Domain;
using ControlPlane.Facility.Reliability;

namespace ControlPlane.Grains.Placement;

/// <summary>
/// Finds ranks that hold up their gang by the step times that the job reports. Times are kept in memory; who is a straggler is
/// in the ledger. Ranks are numbered by task and, within a task, by GPU.
/// </summary>
internal sealed class HallStragglers(HallBook book, Func<DateTimeOffset> now, Action<LedgerEntry> record)
{
    private readonly Dictionary<JobId, (long Leased, StragglerWatch Watch)> _watches = [];

    /// <summary>Takes the times of a step; records who became a straggler or is one no more.</summary>
    /// <returns>Why they were not taken, or null.</returns>
    public string? Hear(JobId job, ValueList<RankTime> times)
    {
        if (!book.Jobs.TryGetValue(job, out var known) || known.Assignment is null)
        {
            _watches.Remove(job);
            return $"{job} holds nothing in hall {book.Names.Layout.Hall} now.";
        }
        var nodes = Nodes(known);
        foreach (var time in times)
        {
            if (time.Rank < 0 || time.Rank >= nodes.Count)
                return $"{job} has no rank {time.Rank}: it has {nodes.Count}, numbered from 0.";
        }
        var before = _watches.TryGetValue(job, out var kept) && kept.Leased == known.Leased ? kept.Watch : StragglerWatch.Of(known.SlowRanks);
        var watch = before.Read(times.ToDictionary(time => time.Rank, time => time.Seconds));
        _watches[job] = (known.Leased, watch);
        var ranks = watch.Stragglers.Select(one => one.Rank).ToValueList();
        if (ranks != known.SlowRanks)
            record(new StragglersChanged(book.Sequence + 1, now(), job, ranks, Message(watch.Stragglers, nodes)));
        return null;
    }

    private static List<int> Nodes(JobEntry job) =>
        [.. job.Leases().OrderBy(lease => lease.Number).SelectMany(lease => Enumerable.Repeat(lease.Placed.Node, Math.Max(1, lease.Placed.Gpus.Count)))];

    private string Message(IReadOnlyList<(int Rank, double Ratio)> stragglers, List<int> nodes)
    {
        const int Named = 4;
        if (stragglers.Count == 0)
            return "";
        var named = stragglers.Take(Named).Select(one => FormattableString.Invariant(
            $"rank {one.Rank} on {book.Names.Layout.Nodes[nodes[one.Rank]].Id} takes {one.Ratio:0.00} times the median"));
        var more = stragglers.Count > Named ? $" and {stragglers.Count - Named} more" : "";
        return $"Held up by stragglers: {string.Join(", ", named)}{more}.";
    }
}

/// <summary>What a rank took for a step.</summary>
/// <param name="Rank">The rank, from 0.</param>
/// <param name="Seconds">Seconds, positive.</param>
[GenerateSerializer, Immutable, Alias("RankTime")]
public readonly record struct RankTime([property: Id(0)] int Rank, [property: Id(1)] double Seconds);
