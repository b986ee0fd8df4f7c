using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Diagnostics;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Grains.Health;

/// <summary>What a check of a node came to.</summary>
/// <param name="IsWhole">False when it was broken off.</param>
/// <param name="Text">What was found, for a person.</param>
/// <param name="Findings">What is wrong, by GPU.</param>
internal sealed record CheckOutcome(bool IsWhole, string Text, IReadOnlyList<(string Gpu, string Message)> Findings);

/// <summary>The kernels of a diagnosis of level 2 on every GPU of one idle node, one kernel after another.</summary>
internal sealed class NodeCheck(IGrainFactory grains, IdleNode idle, string device, QueueId queue, DateTimeOffset began, TimeProvider clock)
{
    /// <summary>Whoever has work for the GPUs goes first: a check that has not begun by then is left for another time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LongestKernel = TimeSpan.FromMinutes(10);

    private readonly Queue<DiagnosticsRun> _runs = new(DiagnosticsPlan.Of(2, DiagnosticsCriteria.Default.WorkloadOf(device), null));
    private readonly Judgement _judgement = new(DiagnosticsCriteria.Default, device);
    private readonly List<(string Gpu, string Message)> _findings = [];
    private DiagnosticsRun? _run;
    private List<JobId> _jobs = [];
    private DateTimeOffset _since;

    public NodeId Node => idle.Node;

    /// <summary>Goes on as far as it can now; the outcome once it is over.</summary>
    public async Task<CheckOutcome?> GoOnAsync()
    {
        if (_run is null)
            return _findings.Count == 0 && _runs.TryDequeue(out _run) ? await BeginAsync() : Over();
        var records = await Task.WhenAll(_jobs.Select(job => grains.Job(job).Get()));
        if (records.Any(record => record is { Phase: JobPhase.Waiting or JobPhase.Placed }) && clock.GetUtcNow() - _since > Patience)
            return await BreakOffAsync("it was put off: its GPUs are wanted");
        if (records.Any(record => record is { Phase: JobPhase.Waiting or JobPhase.Placed or JobPhase.Running }))
            return null;
        foreach (var record in records.OfType<JobRecord>())
            Judge(record);
        if (records.Any(record => record?.Last?.Result is null))
            return await BreakOffAsync("it was broken off: " + (records.FirstOrDefault(record => record?.Last?.Result is null)?.Last?.Message ?? "its job is not known any more"));
        _run = null;
        return null;
    }

    private async Task<CheckOutcome?> BeginAsync()
    {
        _since = clock.GetUtcNow();
        _jobs = [.. Enumerable.Range(0, idle.Gpus).Select(number => new JobId(string.Create(
            CultureInfo.InvariantCulture, $"check-{Node}-{_run!.Check.Replace(' ', '-')}-{began.ToUnixTimeSeconds()}-{number}")))];
        foreach (var job in _jobs)
        {
            var answer = await grains.Job(job).Submit(SpecOf(_run!));
            if (answer.Outcome != SubmitOutcome.Accepted)
                return await BreakOffAsync("it was not admitted: " + answer.Message);
        }
        return null;
    }

    private JobSpec SpecOf(DiagnosticsRun run) => new(
        queue, 0, [new TaskGroup("check", 1, 1, 0, [], 0, Gibibytes.Zero, GigabitsPerSecond.Zero)], new TopologyRequest(null, null) { Nodes = [Node] },
        new KernelWork(run.Kernel, run.Sizes.Select(size => new KernelSize(size.Key, size.Value)).OrderBy(size => size.Name, StringComparer.Ordinal).ToValueList(), run.Repetitions, true, 42, LongestKernel),
        null, null)
    {
        Restarts = 0, // The fault is what it looks for.
        IsTest = true,
    };

    private void Judge(JobRecord record)
    {
        if (record.Last?.Result is not { } result)
            return;
        var line = result.Succeeded || result.ErrorCode == "wrong-result"
            ? _judgement.Ran(_run!, result.Rate, result.RateUnit, result.Succeeded ? null : result.Error)
            : Judgement.Broke(_run!.Check, $"{result.ErrorCode}: {result.Error}");
        var gpu = record.Last.Gpus.Count > 0 ? record.Last.Gpus[0].Value : Node.Value;
        if (line.Verdict == CheckVerdict.Failed)
            _findings.Add((gpu, $"{line.Check}: {line.Measured}{(line.Why.Length > 0 ? $" ({line.Why})" : "")}"));
    }

    private CheckOutcome Over() => new(
        true, _findings.Count == 0 ? "sound" : string.Join("; ", _findings.Select(finding => $"{finding.Gpu}: {finding.Message}")), [.. _findings.DistinctBy(finding => finding.Gpu)]);

    private async Task<CheckOutcome> BreakOffAsync(string why)
    {
        await Task.WhenAll(_jobs.Select(job => grains.Job(job).Cancel()));
        return _findings.Count > 0 ? Over() : new CheckOutcome(false, why, []);
    }
}
