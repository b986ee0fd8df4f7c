using ControlPlane.Domain;

namespace ControlPlane.Scheduling;

/// <summary>
/// Repacks shares of GPUs so that what is wasted on many of them gathers on few and becomes room: each step moves shares
/// among two or three GPUs, everybody is placed before and after it, and every limit of the hall holds.
/// </summary>
/// <remarks>
/// Waste is told by <see cref="SharePrices"/>, made anew as shares come and go. At one set of prices every step gathers,
/// so steps end. The same hall and calls always give the same steps. Not safe for concurrent use.
/// </remarks>
/// <param name="state">The hall; steps are carried out in it.</param>
public sealed class ShareRepacking(HallState state)
{
    // Prices are made anew when so many shares have come or gone: one more or less changes little.
    private const int SharesPerPricing = 20;

    // Of the GPUs with one content so many are tried for a step, those on the nodes with most free CPU.
    private const int MostTrials = 6;

    private static readonly int[][] PairOrders = [[0, 1], [1, 0]];
    private static readonly int[][] TripleOrders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

    private readonly SharedGpus _gpus = new(state);

    // Exchanges for which no nodes with enough CPU and memory were found.
    private readonly HashSet<(string, string, string)> _stuck = [];
    private ShareExchange? _exchange;
    private int _pricedShares;
    private int _settled = -1;

    /// <summary>Says that a placed job may be moved, or has been; jobs without a share of a GPU are passed over.</summary>
    /// <param name="job">A job that holds something in the hall.</param>
    public void Add(JobId job) => _gpus.Add(job);

    /// <summary>Says that a job may not be moved, or holds nothing any more.</summary>
    /// <param name="job">The job.</param>
    public void Remove(JobId job) => _gpus.Remove(job);

    /// <summary>Carries out one step that gathers waste.</summary>
    /// <returns>Who moved; null when no step is left.</returns>
    public ValueList<JobMove>? Step()
    {
        if (_settled == _gpus.Version)
            return null;
        var exchange = Priced();
        var contents = _gpus.Contents.ToList();
        foreach (var first in contents.Select(entry => entry.Content).Where(exchange.IsLoose).OrderByDescending(exchange.Waste).ToList())
        {
            foreach (var (second, third) in Partners(contents, first))
            {
                if (exchange.Better(first, second, third) is { } better && Taken((first, second, third), better) is { } moves)
                    return moves;
            }
        }
        _settled = _gpus.Version;
        _stuck.Clear();
        return null;
    }

    // Every other content alone, then every two; there must be a GPU for each.
    private static IEnumerable<(string Second, string Third)> Partners(List<(string Content, int Count)> contents, string first)
    {
        foreach (var (second, count) in contents)
        {
            if (count > (second == first ? 1 : 0))
                yield return (second, "");
        }
        for (var at = 0; at < contents.Count; at++)
        {
            var (second, count) = contents[at];
            if (count <= (second == first ? 1 : 0))
                continue;
            for (var next = count > (second == first ? 2 : 1) ? at : at + 1; next < contents.Count; next++)
            {
                if (next == at || contents[next].Content != first || contents[next].Count > 1)
                    yield return (second, contents[next].Content);
            }
        }
    }

    private ShareExchange Priced()
    {
        if (_exchange is not null && Math.Abs(_gpus.Shares - _pricedShares) < SharesPerPricing)
            return _exchange;
        _pricedShares = _gpus.Shares;
        _stuck.Clear();
        return _exchange = new ShareExchange(SharePrices.Of(_gpus.Sizes, _gpus.Contents.Sum(entry => entry.Count)));
    }

    private ValueList<JobMove>? Taken((string, string, string) before, string[] after)
    {
        if (_stuck.Contains(before))
            return null;
        foreach (var gpus in Choices([before.Item1, before.Item2, before.Item3]))
        {
            foreach (var contents in Orders(after, gpus))
            {
                if (ShareShuffle.Moves(state, gpus, contents) is { } moves && Carried(moves))
                    return moves;
            }
        }
        _stuck.Add(before);
        return null;
    }

    private IEnumerable<SharedGpu[]> Choices(string[] contents)
    {
        IEnumerable<SharedGpu[]> choices = [[]];
        foreach (var content in contents.Where(content => content.Length > 0))
        {
            var gpus = _gpus.With(content, MostTrials);
            choices = choices.SelectMany(chosen => gpus.Where(gpu => !chosen.Contains(gpu)).Select(gpu => (SharedGpu[])[.. chosen, gpu]));
        }
        return choices;
    }

    // Which GPU gets which content: where most shares stay first.
    private static IEnumerable<string[]> Orders(string[] contents, SharedGpu[] gpus) =>
        (contents.Length == 2 ? PairOrders : TripleOrders)
            .Select(order => (string[])[.. order.Select(at => contents[at])])
            .OrderByDescending(order => order.Select((content, at) => ShareShuffle.Staying(gpus[at], content)).Sum());

    // Tried on a copy first: limits that nodes share may stand against it.
    private bool Carried(ValueList<JobMove> moves)
    {
        var copy = state.Scratch();
        var specs = moves.Select(move => state.SpecOf(move.Job)!).ToList();
        foreach (var move in moves)
            copy.Release(move.Job);
        for (var index = 0; index < moves.Count; index++)
        {
            if (!copy.TryAssignAgain(moves[index].Job, specs[index], moves[index].To, moves[index].From))
                return false;
        }
        foreach (var move in moves)
            state.Release(move.Job);
        for (var index = 0; index < moves.Count; index++)
            state.AssignAgain(moves[index].Job, specs[index], moves[index].To, moves[index].From);
        foreach (var move in moves)
            _gpus.Add(move.Job);
        return true;
    }
}
