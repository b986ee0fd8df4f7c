using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Facility.Gpus;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Events;

/// <summary>The scheduling cycle and what its steps do to jobs.</summary>
public sealed partial class EventTwin
{
    // A cycle comes to rest by itself; more passes than this at one instant are a fault of ours.
    private const int MostPasses = 1000;

    private void Schedule()
    {
        if (_waiting.Count == 0 && _damaged.Count == 0 && !_state.MayImprove)
            return;
        var yielded = new HashSet<JobId>();
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var cycle = new SchedulingCycle(_state, _waiting, Options(yielded));
            var again = false;
            while (cycle.Next() is { } step)
            {
                Carry(step);
                yielded.UnionWith(step.Yielded);
                // Starts and growth take what is free and leave nothing for another look.
                again |= step.Kind is not (StepKind.Place or StepKind.Grow);
            }
            _reserved = cycle.Reservations;
            foreach (var (job, decision) in cycle.PassedOver)
            {
                if (decision is Refused && _waiting.Remove(job.Job))
                {
                    _jobs.Remove(job.Job);
                    _tally.Refused++;
                }
            }
            if (again)
                continue;
            // Nobody is on them any more: without failed nodes a pass need not look at every job for damage.
            foreach (var node in _damaged)
                _state.SetNodeCondition(node, NodeCondition.Cordoned);
            _damaged.Clear();
            return;
        }
        throw new InvariantException($"Scheduling does not come to rest at {Now} ms.");
    }

    private CycleOptions Options(HashSet<JobId> yielded) => new(PlacementProfile.Factory, _tally.Passes++, At(Now), Facts)
    {
        MostSearches = _plan.Searches,
        HasYielded = yielded.Contains,
        Backfill = _plan.Backfill switch { "easy" => Backfill.Easy, "conservative" => Backfill.Conservative, _ => Backfill.None },
        ExpectedEnd = job => _jobs[job] is { Service: < 0, DueAt: >= 0 } record ? At(record.DueAt) : null,
        Reserved = _reserved,
    };

    private RunFacts? Facts(JobId job)
    {
        var record = _jobs[job];
        var progress = record.Progress.After(Now - record.SettledAt, record.Speed, record.Checkpoints, out _);
        return new RunFacts(At(record.RunsSince), At(Now - (long)progress.Since), record.Sequence);
    }

    private void Carry(CycleStep step)
    {
        var record = _jobs[step.Job];
        if (_state.AssignmentOf(step.Job) is { } held)
        {
            var failed = held.Tasks.Any(task => _isOut[task.Node]);
            Halt(record);
            GiveUp(record, failed, inVain: failed);
        }
        foreach (var job in step.Evicted)
        {
            Halt(_jobs[job]);
            GiveUp(_jobs[job], failed: false, inVain: true);
        }
        foreach (var change in step.Changed)
        {
            Halt(_jobs[change.Job]);
            GiveUp(_jobs[change.Job], failed: false, inVain: change.Moved);
        }
        step.ApplyTo(_state, record.Spec);
        _waiting.Remove(step.Job);
        foreach (var job in step.Evicted.Append(step.Job).Concat(step.Changed.Select(change => change.Job)))
        {
            if (_state.Contains(job))
                Go(_jobs[job]);
            else
                _waiting.Add(new WaitingJob(job, _jobs[job].Spec, _jobs[job].Sequence));
        }
    }

    // A failure, an eviction and a move cost the work since the last checkpoint; whoever leaves in good order saves first.
    private void GiveUp(JobRecord record, bool failed, bool inVain)
    {
        if (inVain)
            Lose(record);
        else
            record.Progress = record.Progress.Left(record.Checkpoints);
        if (failed)
        {
            record.Failures++;
            _tally.Interruptions++;
        }
        else
        {
            record.Preemptions++;
            _tally.Preemptions++;
        }
    }

    private void Lose(JobRecord record)
    {
        if (record.Service < 0)
        {
            record.LostWork += record.Progress.Since;
            _tally.Lost += record.Progress.Since * record.HeldMilli / 1000;
        }
        record.Progress = record.Progress.Lost(record.Checkpoints);
    }

    // The job stops; what it holds is for the caller to take or to give.
    private void Halt(JobRecord record)
    {
        Settle(record);
        if (record.Serves)
            Serve(record, false);
        _meter.Job(_state.AssignmentOf(record.Name)!, record.Utilisation, -1);
        _held -= record.HeldMilli;
        (record.RunsSince, record.DueAt) = (-1, -1);
    }

    private void Go(JobRecord record)
    {
        var assignment = _state.AssignmentOf(record.Name)!;
        if (record.FirstStart < 0)
            record.FirstStart = Now;
        (record.RunsSince, record.SettledAt) = (Now, Now);
        (record.HeldMilli, record.Speed) = (assignment.MilliGpus, SpeedOf(record, assignment));
        record.Utilisation = record.Service >= 0 ? ShareOfRange(record, assignment, RestingShare) : ((SimulatedWork)record.Spec.Work).Utilisation;
        _meter.Job(assignment, record.Utilisation, 1);
        _held += record.HeldMilli;
        Await(record);
    }

    // Worked out from where its progress was last told, so that it comes out the same whenever that is done.
    private void Await(JobRecord record)
    {
        var time = record.Service >= 0 ? record.Progress.Starting : record.Progress.TimeTo(record.Work, record.Speed, record.Checkpoints);
        if (double.IsInfinity(time))
        {
            record.DueAt = -1;
            return;
        }
        record.DueAt = record.SettledAt + (long)Math.Ceiling(time);
        Enqueue(new TwinEvent(EventKind.JobDue, record.Name, -1), record.DueAt, record.Sequence);
    }

    private void Settle(JobRecord record)
    {
        var gpus = record.HeldMilli / 1000.0;
        var elapsed = (double)(Now - record.SettledAt);
        record.Progress = record.Progress.After(elapsed, record.Speed, record.Checkpoints, out var spent);
        record.SettledAt = Now;
        if (record.Service >= 0)
        {
            _tally.Serving += elapsed * gpus;
            return;
        }
        _tally.Starting += spent.Starting * gpus;
        _tally.Working += spent.Working * gpus;
        _tally.Writing += spent.Writing * gpus;
        _tally.Slowed += spent.Working * (1 - record.Speed) * gpus;
        if (record.Speed > 0)
            return;
        // Across a dead trunk nothing moves once it has started; the GPUs are held all the same.
        _tally.Working += (elapsed - spent.Starting) * gpus;
        _tally.Slowed += (elapsed - spent.Starting) * gpus;
    }

    // The slowest GPU sets the pace, and an elastic gang with fewer tasks is slower in proportion.
    private double SpeedOf(JobRecord record, Assignment assignment)
    {
        var speed = Math.Min(1, assignment.MilliGpus / (double)record.MilliGpus) * _links.SpeedOf(_state, record.Name);
        if (assignment.PowerPercent == 100)
            return speed;
        var workload = ModelCurves.ClassOf(((SimulatedWork)record.Spec.Work).Class);
        var slowest = assignment.Tasks.Select(task => _floor.Layout.Nodes[task.Node].GpuModel).Distinct().Where(model => model >= 0)
            .Select(model => _floor.Layout.GpuModels[model])
            .Select(model => HardwareCatalogue.Default.Gpu(model.Name) is { } known ? ModelCurves.Speed(known, workload, model.LimitAt(assignment.PowerPercent)) ?? 1 : 1);
        return speed * slowest.Append(1).Min();
    }
}
