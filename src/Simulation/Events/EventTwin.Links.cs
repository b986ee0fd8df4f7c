namespace ControlPlane.Simulation.Events;

/// <summary>Gangs across trunks that are not as they should be.</summary>
public sealed partial class EventTwin
{
    private readonly LinkFaults _links;

    // A trunk changes: it breaks the gangs across it, lets them begin again, or changes their pace.
    private void PutLink(string name)
    {
        var link = _links.IndexOf(name);
        var (was, across) = (_state.IsLinkUp(link), _state.JobsAcross(link).OrderBy(job => _jobs[job].Sequence).ToList());
        var isUp = _links.Put(name, Now);
        foreach (var record in across.Select(job => _jobs[job]))
        {
            Halt(record);
            if (was && !isUp)
            {
                Lose(record);
                record.Failures++;
                _tally.Interruptions++;
            }
            else if (!was && isUp)
                record.Progress = record.Progress.Lost(record.Checkpoints);
        }
        _state.SetLinkUp(link, isUp);
        foreach (var record in across.Select(job => _jobs[job]))
            Go(record);
    }

    // Who shares a narrow trunk changes with every step of the scheduling.
    private void RefreshLinks()
    {
        foreach (var record in _links.Across(_state).Select(job => _jobs[job]).OrderBy(record => record.Sequence))
        {
            var speed = SpeedOf(record, _state.AssignmentOf(record.Name)!);
            if (speed == record.Speed)
                continue;
            Settle(record);
            record.Speed = speed;
            Await(record);
        }
    }

    private void RestoreLinks()
    {
        foreach (var name in _plan.Faults.Where(fault => fault.Kind == "link").Select(fault => fault.Name).Distinct(StringComparer.Ordinal))
            _state.SetLinkUp(_links.IndexOf(name), _links.Put(name, Now));
        foreach (var record in _links.Across(_state).Select(job => _jobs[job]))
        {
            record.Speed = SpeedOf(record, _state.AssignmentOf(record.Name)!);
            Await(record);
        }
    }
}
