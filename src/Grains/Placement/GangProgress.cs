using ControlPlane.Grains.Racks;

namespace ControlPlane.Grains.Placement;

/// <summary>How far the tasks of one placed gang are. Kept in memory: racks tell a new activation again.</summary>
internal sealed class GangProgress(long generation, int tasks)
{
    private readonly HashSet<int> _started = [];
    private readonly HashSet<int> _ended = [];

    public long Generation { get; } = generation;

    public DateTimeOffset LastStart { get; private set; }

    public double Tokens { get; private set; }

    public KernelResult? Result { get; private set; }

    public bool AllStarted => _started.Count == tasks;

    public bool AllEnded => _ended.Count == tasks;

    public void Start(LeaseStart start)
    {
        if (_started.Add(start.Key.Task) && start.At > LastStart)
            LastStart = start.At;
    }

    public void End(LeaseEnd end)
    {
        if (!_ended.Add(end.Key.Task))
            return;
        _started.Add(end.Key.Task);
        Tokens += end.Tokens;
        Result ??= end.Result;
    }
}
