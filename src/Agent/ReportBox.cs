using System.Collections.Immutable;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent;

/// <summary>Reports that no host has acknowledged yet. Thread safe.</summary>
internal sealed class ReportBox
{
    private readonly Lock _lock = new();
    private readonly List<WorkReport> _reports = [];

    public event Action<WorkReport>? Added;

    public void Add(WorkReport report)
    {
        lock (_lock)
            _reports.Add(report);
        Added?.Invoke(report);
    }

    public bool Remove(ReportReceived received)
    {
        lock (_lock)
        {
            return _reports.RemoveAll(report =>
                report.Device == received.Device && report.Job == received.Job && report.Generation == received.Generation) > 0;
        }
    }

    public ImmutableArray<WorkReport> Unacknowledged()
    {
        lock (_lock)
            return [.. _reports];
    }
}
