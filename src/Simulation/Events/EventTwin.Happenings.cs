using ControlPlane.Domain;
using ControlPlane.Domain.Units;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Events;

/// <summary>What happens at an instant.</summary>
public sealed partial class EventTwin
{
    private void Happen()
    {
        while (_events.TryPeek(out var what, out var due) && due.At == Now)
        {
            if (what.Kind >= EventKind.FaultBegins)
                break;
            _events.Dequeue();
            Happen(what);
        }
        while (_failures.NextAt == Now)
            Fail();
        while (_events.TryPeek(out var what, out var due) && due.At == Now)
        {
            _events.Dequeue();
            Happen(what);
        }
        while (_arrivals.NextAt == Now)
        {
            var (name, spec) = _arrivals.Take();
            Submit(name, spec, -1);
        }
    }

    private void Happen(TwinEvent what)
    {
        if (!IsDue(what, Now))
            return;
        switch (what.Kind)
        {
            case EventKind.JobDue:
                Due(_jobs[what.Job]);
                break;
            case EventKind.NodeBack:
                _isOut[what.Index] = false;
                _state.SetNodeCondition(what.Index, _isClosed[what.Index] ? NodeCondition.Cordoned : NodeCondition.Ready);
                _meter.Node(what.Index, 1);
                _tally.NodesOut--;
                break;
            case EventKind.FaultBegins:
                Begin(_plan.Faults[what.Index], what.Index);
                break;
            case EventKind.LinkTaken:
                PutLink(_plan.Faults[what.Index].Name);
                break;
            case EventKind.FaultEnds:
                if (_plan.Faults[what.Index].Kind == "link")
                    PutLink(_plan.Faults[what.Index].Name);
                else
                    PutLimit(_plan.Faults[what.Index].Name, sheds: true);
                break;
        }
    }

    private void Due(JobRecord record)
    {
        record.DueAt = -1;
        if (record.Service >= 0)
        {
            Settle(record);
            Serve(record, true);
            return;
        }
        Halt(record);
        _state.Release(record.Name);
        _jobs.Remove(record.Name);
        _ended.Add(new EndedJob(
            record.Name.Value, record.MilliGpus / 1000.0, record.Submitted, record.FirstStart, Now, record.Work, record.Failures, record.Preemptions, record.LostWork));
    }

    private void Fail()
    {
        var (node, isSoftware, repair) = _failures.Take();
        if (_isOut[node])
            return;
        _tally.Failures++;
        if (!isSoftware)
        {
            TakeOut(node, Now + repair);
            return;
        }
        // The node is sound: whoever ran on it starts again where it is.
        foreach (var job in _state.Jobs.Where(job => _state.AssignmentOf(job)!.Tasks.Any(task => task.Node == node)))
        {
            var record = _jobs[job];
            Halt(record);
            Lose(record);
            record.Failures++;
            _tally.Interruptions++;
            Go(record);
        }
    }

    private void TakeOut(int node, long until)
    {
        if (!_isOut[node])
        {
            _isOut[node] = true;
            _damaged.Add(node);
            _state.SetNodeCondition(node, NodeCondition.Failed);
            _meter.Node(node, -1);
            _tally.NodesOut++;
        }
        _backAt[node] = Math.Max(_backAt[node], until);
        Enqueue(new TwinEvent(EventKind.NodeBack, default, node), _backAt[node], node);
    }

    private void Begin(TwinFault fault, int index)
    {
        var (layout, until) = (_floor.Layout, Now + (long)(fault.ForSeconds * 1000));
        switch (fault.Kind)
        {
            case "node":
                TakeOut(layout.Nodes.Items.Select((node, at) => (node, at)).Single(one => one.node.Id.Value == fault.Name).at, until);
                break;
            case "rack":
                var rack = layout.Racks.Single(one => one.Id.Value == fault.Name);
                for (var node = rack.FirstNode; node < rack.FirstNode + rack.NodeCount; node++)
                    TakeOut(node, until);
                break;
            case "link":
                PutLink(fault.Name);
                Enqueue(new TwinEvent(EventKind.FaultEnds, default, index), LinkFaults.EndsAt(fault), index);
                if (LinkFaults.TakenAt(fault) is { } taken)
                    Enqueue(new TwinEvent(EventKind.LinkTaken, default, index), taken, index);
                break;
            default:
                PutLimit(fault.Name, sheds: true);
                Enqueue(new TwinEvent(EventKind.FaultEnds, default, index), until, index);
                break;
        }
    }

    // The lowest of the limits that hold now; jobs leave in good order until what is left is carried.
    private void PutLimit(string name, bool sheds)
    {
        var domain = _floor.Layout.PowerDomains.Items.Select((one, at) => (one, at)).Single(one => one.one.Id.Value == name).at;
        var limit = _plan.Faults
            .Where(fault => fault.Kind == "limit" && fault.Name == name && (long)(fault.AtSeconds * 1000) <= Now && Now < (long)(fault.AtSeconds * 1000) + (long)(fault.ForSeconds * 1000))
            .Select(fault => Watts.FromKilowatts(fault.Kilowatts!.Value)).Append(_floor.Layout.PowerDomains[domain].Limit).Min();
        _state.SetPowerLimit(domain, limit);
        if (!sheds)
            return;
        var limits = new Dictionary<int, Watts> { [domain] = limit };
        var racks = _floor.Layout.Racks.Items.Select((rack, index) => (rack, index)).Where(one => IsBelow(one.rack.PowerDomain, domain)).Select(one => one.index).ToHashSet();
        var shedding = new Shedding(_state, PlacementProfile.Factory, _tally.Passes++);
        while (_state.PowerCommitted(domain) > limit && shedding.Next(racks, limits, Facts, At(Now)) is { } step)
            Carry(step);
    }

    private bool IsBelow(int domain, int above)
    {
        while (domain >= 0 && domain != above)
            domain = _floor.Layout.PowerDomains[domain].Parent;
        return domain == above;
    }
}
