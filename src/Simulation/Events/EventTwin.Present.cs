using System.Text.Json.Nodes;
using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Facility.Policies;
using ControlPlane.Scheduling;

namespace ControlPlane.Simulation.Events;

/// <summary>A hall that was handed over as it stood.</summary>
public sealed partial class EventTwin
{
    private readonly HashSet<string> _closedNames;
    private readonly bool[] _isClosed;

    private void CloseNodes()
    {
        for (var node = 0; node < _isClosed.Length; node++)
        {
            _isClosed[node] = _closedNames.Contains(_floor.Layout.Nodes[node].Id.Value);
            if (_isClosed[node])
                _state.SetNodeCondition(node, NodeCondition.Cordoned);
        }
    }

    private void BeginPresent()
    {
        foreach (var present in _plan.Present)
        {
            var (name, spec) = JobOf(present.Manifest);
            if (!(present.SavedSeconds >= 0) || !(present.DoneSeconds >= present.SavedSeconds))
                throw new ArgumentException($"Job {name}: {present.SavedSeconds} s saved and {present.DoneSeconds} s done were stated; 0 or more, and as much done as is saved, were expected.");
            var record = Submit(name, spec, -1);
            var since = present.Place is null ? 0 : (present.DoneSeconds - present.SavedSeconds) * 1000;
            // Where it stands between two checkpoints: a run that is late with one writes it now.
            var starting = present.Place is null && present.SavedSeconds > 0 ? record.Checkpoints.Restart : 0;
            record.Progress = new JobProgress { Starting = starting, Saved = present.SavedSeconds * 1000, Since = since, InCycle = Math.Min(since, record.Checkpoints.Interval) };
            if (present.Place is null)
                continue;
            _waiting.Remove(name);
            Stand(name, spec, present.Place.ToAssignment());
            Go(record);
        }
    }

    private void Stand(JobId name, JobSpec spec, Assignment assignment)
    {
        try
        {
            if (assignment.Tasks.FirstOrDefault(task => task.Node < 0 || task.Node >= _floor.Layout.Nodes.Count) is { } lost)
                throw new InvariantException($"there is no node {lost.Node}");
            _state.Restore(name, spec, assignment);
        }
        catch (InvariantException fault)
        {
            throw new ArgumentException($"Job {name} cannot stand where it is said to: {fault.Message}", fault);
        }
    }

    private (JobId Name, JobSpec Spec) JobOf(JsonObject manifest)
    {
        var reading = ManifestReader.Read(manifest.ToJsonString(), "job");
        var errors = new List<ManifestError>(reading.Errors);
        if (errors.Count > 0 || reading.Manifests is not [{ Kind: "Job" } job] || JobSpecs.From(job, HardwareCatalogue.Default, errors) is not { } spec)
            throw new ArgumentException($"This is no sound job: {string.Join("; ", errors)}");
        if (spec.Work is not SimulatedWork)
            throw new ArgumentException($"Job {job.Name} runs a kernel, of which nobody knows how long it takes; leave it out.");
        var power = JobPower.Resolve(spec, _floor.Policies, HardwareCatalogue.Default);
        return (new JobId(job.Name), power.Spec ?? throw new ArgumentException($"Job {job.Name}: {power.Objection}"));
    }
}
