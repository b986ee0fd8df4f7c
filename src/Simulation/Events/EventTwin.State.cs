using System.Text.Json;
using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Events;

/// <summary>Saving a run, loading it and forking it.</summary>
public sealed partial class EventTwin
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>The run as it stands, as text. What is loaded from it goes on to the same bytes.</summary>
    public string Save() => JsonSerializer.Serialize(Image(), Json);

    /// <summary>Loads a run.</summary>
    /// <param name="text">What <see cref="Save"/> wrote.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <exception cref="InvalidDataException">The text is no saved run, or contradicts itself.</exception>
    public static EventTwin Load(string text, string name)
    {
        try
        {
            var image = JsonSerializer.Deserialize<TwinImage>(text, Json) ?? throw new InvalidDataException($"{name}: is empty; a run writes one with --save.");
            if (image.Format != TwinImage.KnownFormat)
                throw new InvalidDataException($"{name}: format: '{image.Format}' is not known; this version reads {TwinImage.KnownFormat}.");
            return Of(image, image.Plan);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{name}:{(fault.LineNumber ?? 0) + 1}: is no saved run of the twin: {fault.Message}");
        }
        catch (Exception fault) when (fault is InvariantException or ArgumentException or IndexOutOfRangeException or KeyNotFoundException)
        {
            throw new InvalidDataException($"{name}: contradicts itself: {fault.Message}");
        }
    }

    /// <summary>
    /// The same run under another plan from the present on. Hall, gangs, services and rows stay; with the plan unchanged the
    /// fork goes on to the same bytes as this run, and draws are the same in either case.
    /// </summary>
    /// <param name="plan">The plan; null for the same.</param>
    /// <exception cref="ArgumentException">The plan is not sound, changes what must stay, or adds a fault in the past.</exception>
    public EventTwin Fork(TwinPlan? plan = null)
    {
        if (plan is null)
            return Of(Image(), _plan);
        var kept = Checked(plan) with
        {
            CheckpointSeconds = _plan.CheckpointSeconds,
            CheckpointEverySeconds = _plan.CheckpointEverySeconds,
            RestartSeconds = _plan.RestartSeconds,
            FailuresPerNodeDay = _plan.FailuresPerNodeDay,
            FailureSource = _plan.FailureSource,
            SoftwareShare = _plan.SoftwareShare,
            RepairHours = _plan.RepairHours,
            TrainingUtilisation = _plan.TrainingUtilisation,
            Backfill = _plan.Backfill,
            Preferred = _plan.Preferred,
            Searches = _plan.Searches,
            DollarsPerKilowattHour = _plan.DollarsPerKilowattHour,
            DollarsPerGpuHour = _plan.DollarsPerGpuHour,
            Faults = _plan.Faults,
        };
        if (kept != _plan)
            throw new ArgumentException("A fork keeps hall, seed, gangs, services and rows; it may change failures, checkpoints, restarts, the draw of training, prices, scheduling and faults.");
        if (plan.Faults.Except(_plan.Faults).FirstOrDefault(fault => fault.AtSeconds * 1000 <= Now) is { } late)
            throw new ArgumentException($"The fault of {late.Name} at {late.AtSeconds} s is past: the run stands at {Now / 1000.0} s.");
        if (_plan.Faults.Except(plan.Faults).FirstOrDefault(fault => fault.AtSeconds * 1000 <= Now) is { } undone)
            throw new ArgumentException($"The fault of {undone.Name} at {undone.AtSeconds} s has begun; a fork cannot undo it.");
        // What ran until now ran under the old plan.
        var settled = Of(Image(), _plan);
        foreach (var record in settled._jobs.Values.Where(record => record.RunsSince >= 0).OrderBy(record => record.Sequence))
            settled.Settle(record);
        return Of(settled.Image() with { Plan = plan }, plan);
    }

    private static EventTwin Of(TwinImage image, TwinPlan plan) => new(Checked(plan), TwinFloor.Of(plan), image);

    private TwinImage Image()
    {
        _desk.Settle(Now);
        return new TwinImage
        {
            Format = TwinImage.KnownFormat,
            Plan = _plan,
            Now = Now,
            Tally = _tally with { },
            Arrived = _arrivals.Count,
            DrawnFrom = _arrivals.Drawn is { } drawn ? new StreamImage(drawn.State, drawn.Clock) : null,
            FailingFrom = new StreamImage(_failures.Stood.State, _failures.Stood.Clock),
            Jobs = [.. _jobs.Values.OrderBy(record => record.Sequence).Select(ImageOf)],
            Ended = [.. _ended],
            NodesOut = [.. _backAt.Select((at, node) => new NodeImage(node, at)).Where(one => _isOut[one.Node])],
            Reserved = [.. _reserved.Select(one => new PlannedImage(one.Job.Value, one.Start.ToUnixTimeMilliseconds(), one.End?.ToUnixTimeMilliseconds(), PlaceImage.Of(one.Assignment)))],
            Serving = [.. _desk.Spent.Select(one => new ServingImage(one.Key.Service, one.Key.Replicas, one.Value))],
            ServingChanges = [.. _desk.Changes],
            RowSpan = [_sums.At, _sums.RowBegan],
            RowSums = _sums.Row,
            Rows = [.. _sums.Rows],
        };
    }

    private JobImage ImageOf(JobRecord record) => new()
    {
        Name = record.Name.Value,
        Manifest = record.Service >= 0 ? null : ManifestWriter.ToJson(JobSpecs.ToManifest(record.Name.Value, record.Spec)),
        Sequence = record.Sequence,
        Submitted = record.Submitted,
        Service = record.Service,
        Progress = record.Progress,
        FirstStart = record.FirstStart,
        RunsSince = record.RunsSince,
        SettledAt = record.SettledAt,
        Utilisation = record.Utilisation,
        Serves = record.Serves,
        Failures = record.Failures,
        Preemptions = record.Preemptions,
        LostWork = record.LostWork,
        Place = _state.AssignmentOf(record.Name) is { } assignment ? PlaceImage.Of(assignment) : null,
    };

    private void Restore(TwinImage image)
    {
        Now = image.Now;
        CloseNodes();
        _tally.TakeOver(image.Tally);
        _sums.Rows.AddRange(image.Rows);
        _sums.StandAt(image.RowSpan[0], image.RowSpan[1]);
        _sums.Row = image.RowSums;
        _ended.AddRange(image.Ended);
        foreach (var node in image.NodesOut)
        {
            _isOut[node.Node] = true;
            _state.SetNodeCondition(node.Node, NodeCondition.Cordoned);
            _meter.Node(node.Node, -1);
            _backAt[node.Node] = node.BackAt;
            Enqueue(new TwinEvent(EventKind.NodeBack, default, node.Node), node.BackAt, node.Node);
        }
        foreach (var job in image.Jobs)
            Restore(job);
        _reserved = [.. image.Reserved.Select(one => new PlannedStart(
            new JobId(one.Job), At(one.Start), one.End is { } end ? At(end) : null, one.Place.ToAssignment()))];
        foreach (var spent in image.Serving)
            _desk.Spent[(spent.Service, spent.Replicas)] = spent.Milliseconds;
        _desk.Changes.Clear();
        _desk.Changes.AddRange(image.ServingChanges);
        _desk.StandAt(Now);
        _desk.Refresh();
        RestoreFaults();
    }

    private void Restore(JobImage image)
    {
        var name = new JobId(image.Name);
        var spec = image.Manifest is null ? ReplicaSpec(_plan.Services[image.Service]) : JobOf(image.Manifest).Spec;
        var record = new JobRecord(name, spec, image.Sequence, image.Submitted, image.Service)
        {
            Work = image.Service >= 0 ? double.PositiveInfinity : ((SimulatedWork)spec.Work).Duration.TotalMilliseconds,
            Checkpoints = CheckpointsOf(spec, image.Service),
            FirstStart = image.FirstStart,
            RunsSince = image.RunsSince,
            SettledAt = image.SettledAt,
            Utilisation = image.Utilisation,
            Failures = image.Failures,
            Preemptions = image.Preemptions,
            LostWork = image.LostWork,
        };
        record.Progress = image.Progress.Under(record.Checkpoints);
        _jobs.Add(name, record);
        if (image.Place is null)
        {
            _waiting.Add(new WaitingJob(name, spec, record.Sequence));
            return;
        }
        var assignment = image.Place.ToAssignment();
        _state.Restore(name, spec, assignment);
        (record.HeldMilli, record.Speed) = (assignment.MilliGpus, SpeedOf(record, assignment));
        _held += record.HeldMilli;
        _meter.Job(assignment, record.Utilisation, 1);
        record.Serves = image.Serves;
        if (record.Serves)
            _desk.Change(record.Service, 1, 0);
        else
            Await(record);
    }

    private void RestoreFaults()
    {
        for (var index = 0; index < _plan.Faults.Count; index++)
        {
            var fault = _plan.Faults[index];
            var (begins, ends) = ((long)(fault.AtSeconds * 1000), (long)(fault.AtSeconds * 1000) + (long)(fault.ForSeconds * 1000));
            if (begins > Now)
                Enqueue(new TwinEvent(EventKind.FaultBegins, default, index), begins, index);
            else if (fault.Kind == "limit" && ends > Now)
            {
                Enqueue(new TwinEvent(EventKind.FaultEnds, default, index), ends, index);
                PutLimit(fault.Name, sheds: false);
            }
            else if (fault.Kind == "link" && LinkFaults.EndsAt(fault) > Now)
            {
                Enqueue(new TwinEvent(EventKind.FaultEnds, default, index), LinkFaults.EndsAt(fault), index);
                if (LinkFaults.TakenAt(fault) is { } taken && taken > Now)
                    Enqueue(new TwinEvent(EventKind.LinkTaken, default, index), taken, index);
            }
        }
        RestoreLinks();
    }
}
