using ControlPlane.Scheduling.Preferences;

namespace ControlPlane.Scheduling;

/// <summary>
/// Scores of nodes by preference and shape of task. A score is taken as it is while its node has not changed since, so
/// after a placement one node is scored anew for each shape instead of the whole hall.
/// </summary>
internal sealed class ScoreCache
{
    /// <summary>Kept scores in all, about 24 bytes each: beyond it everything is forgotten and scored anew.</summary>
    private const int MostScores = 2_000_000;

    private readonly Dictionary<(Preference Preference, DemandKey Demand), NodeScore[]> _tables = [];

    /// <summary>The scores of one preference for one shape of task, by node.</summary>
    public NodeScore[] Of(Preference preference, TaskDemand task, int nodes)
    {
        var key = (preference, task.Key);
        if (_tables.TryGetValue(key, out var table))
            return table;
        if ((_tables.Count + 1L) * nodes > MostScores)
            _tables.Clear();
        table = new NodeScore[nodes];
        _tables.Add(key, table);
        return table;
    }

    public void Clear() => _tables.Clear();
}

/// <summary>A kept score: what version of the node it was computed from, and which GPU a share would take.</summary>
internal struct NodeScore
{
    /// <summary>Version of the node; 0 is never a version of a counted node.</summary>
    public long Version;

    public long Score;

    public int Gpu;

    /// <summary>False when a rule of the node itself forbids the task.</summary>
    public bool Fits;
}
