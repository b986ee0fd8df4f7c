using ControlPlane.Facility.Gpus;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Events;

/// <summary>Replicas of services.</summary>
public sealed partial class EventTwin
{
    /// <summary>Draw of a replica's GPU over its limit while nothing is asked of it (arXiv:2605.11999: 137 W of 700 W).</summary>
    private const double RestingShare = 137.0 / 700;

    private readonly HashSet<int> _touched = [];

    private void Serve(JobRecord record, bool serves)
    {
        record.Serves = serves;
        _desk.Change(record.Service, serves ? 1 : -1, Now);
        _touched.Add(record.Service);
    }

    // All replicas share the requests evenly, so a change of their number changes what each draws. Done once an instant.
    private void RefreshServices()
    {
        if (_touched.Count == 0)
            return;
        _desk.Refresh();
        foreach (var record in _jobs.Values.Where(one => one.Serves && _touched.Contains(one.Service)).OrderBy(one => one.Sequence))
            Draw(record, _desk.Profile(record.Service, _desk.Serving(record.Service))!.DrawShare);
        _touched.Clear();
    }

    private void Draw(JobRecord record, double share)
    {
        var assignment = _state.AssignmentOf(record.Name)!;
        _meter.Job(assignment, record.Utilisation, -1);
        record.Utilisation = ShareOfRange(record, assignment, share);
        _meter.Job(assignment, record.Utilisation, 1);
    }

    // What is known is the draw over the limit; the meter goes by the share of the range above idle.
    private double ShareOfRange(JobRecord record, Assignment assignment, double share)
    {
        var model = _floor.Layout.GpuModels[_floor.Layout.Nodes[assignment.Tasks[0].Node].GpuModel];
        var range = (model.Limit - model.Idle).Value;
        return range <= 0 || record.Service < 0 ? 0 : Math.Clamp(((share * model.Limit.Value) - model.Idle.Value) / range, 0, 1);
    }
}
