using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Scheduling;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>One case: its hall before and after the scheduler came to rest, and what the scheduler said.</summary>
internal sealed partial class CaseRun
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SchedulingCase _case;
    private readonly Dictionary<string, RunFacts> _facts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Reason>> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    public CaseRun(SchedulingCase stated)
    {
        _case = stated;
        Hall = new CaseHall(stated);
        Before = new HallState(Hall.Layout);
        var convert = new CaseJobs(Hall);
        var sequence = 0L;
        foreach (var job in stated.Running.Concat(stated.Pending))
        {
            if (!Jobs.TryAdd(job.Id, convert.Convert(job)))
                throw new CaseException($"job '{job.Id}' is stated twice");
            _facts[job.Id] = new RunFacts(Now, null, sequence++);
        }
        foreach (var job in stated.Running)
            Before.Restore(new JobId(job.Id), Jobs[job.Id].Spec, convert.Assignment(Before, job, Jobs[job.Id].Tasks));
        for (var node = 0; node < Hall.Layout.Nodes.Count; node++)
            Before.SetNodeCondition(node, Condition(Hall.State(node)));
        After = Before.Fork();
        Carry();
    }

    public CaseHall Hall { get; }

    public HallState Before { get; }

    public HallState After { get; }

    public Dictionary<string, (JobSpec Spec, IReadOnlyList<(int Group, int Task)> Tasks)> Jobs { get; } = new(StringComparer.Ordinal);

    public IEnumerable<string> RunningBefore => _case.Running.Select(job => job.Id);

    public IReadOnlyList<Reason> ReasonsOf(string job) => _reasons.GetValueOrDefault(job, []);

    /// <summary>What was said of the job, with the case's names for levels.</summary>
    public string TextOf(string job) => _texts.GetValueOrDefault(job, "");

    /// <summary>Nodes of the job's tasks by pod, null for a pod that does not run.</summary>
    public IReadOnlyList<int?> NodesOf(HallState state, string job)
    {
        var held = state.AssignmentOf(new JobId(Known(job)));
        return [.. Jobs[job].Tasks.Select(task => held?.Tasks.Where(one => one.Group == task.Group && one.Task == task.Task).Select(one => (int?)one.Node).FirstOrDefault())];
    }

    /// <summary>How the placer decides about the job alone in a hall where it holds nothing.</summary>
    public PlacementDecision Alone(HallState hall, string job)
    {
        var fork = hall.Fork();
        if (fork.Contains(new JobId(Known(job))))
            fork.Release(new JobId(job));
        return Placer.Place(fork, new JobId(job), Jobs[job].Spec, PlacementProfile.Factory, 0);
    }

    public IReadOnlyList<string> Failures()
    {
        After.Verify();
        var expectations = new Expectations(this);
        return [.. _case.Expect.Select(expectations.FailureOf).OfType<string>()];
    }

    public string Known(string job) => Jobs.ContainsKey(job) ? job : throw new CaseException($"there is no job '{job}'");

    private static NodeCondition Condition(string state) => state switch
    {
        "ready" => NodeCondition.Ready,
        "cordoned" => NodeCondition.Cordoned,
        "draining" => NodeCondition.Draining,
        "failed" => NodeCondition.Failed,
        _ => throw new CaseException($"a node's state '{state}' is not known"),
    };

    private void Carry()
    {
        var open = _case.Pending.Select(job => job.Id).ToList();
        foreach (var step in Order())
        {
            Settle(step.Jobs, step.Nodes);
            open.RemoveAll(step.Jobs.Contains);
        }
        Settle(open, null);
    }

    // Only the named nodes take new work while jobs are forced on to them.
    private void Settle(IReadOnlyCollection<string> jobs, IReadOnlySet<string>? nodes)
    {
        var conditions = Enumerable.Range(0, Hall.Layout.Nodes.Count).Select(After.ConditionOf).ToList();
        for (var node = 0; nodes is not null && node < conditions.Count; node++)
        {
            if (!nodes.Contains(Hall.NodeId(node)))
                After.SetNodeCondition(node, NodeCondition.Cordoned);
        }
        var waiting = new WaitingJobs();
        foreach (var job in jobs)
            waiting.Add(new WaitingJob(new JobId(job), Jobs[job].Spec, _facts[job].Sequence));
        var options = new CycleOptions(PlacementProfile.Factory, 0, Now, job => _facts[job.Value]);
        var result = SchedulingCycle.RunToFixpoint(After, waiting, options);
        foreach (var step in result.Steps)
            Say(step.Job.Value, step.Reasons, string.Join(" ", step.Reasons.Select(reason => reason.Explain())));
        foreach (var (job, decision) in result.Said)
            Say(job.Job.Value, decision is Waiting waits ? waits.Reasons : ((Refused)decision).Reasons, decision.Explain());
        for (var node = 0; nodes is not null && node < conditions.Count; node++)
            After.SetNodeCondition(node, conditions[node]);
    }

    private void Say(string job, IEnumerable<Reason> reasons, string text)
    {
        if (!_reasons.TryGetValue(job, out var known))
            _reasons[job] = known = [];
        known.AddRange(reasons);
        foreach (var level in Enum.GetNames<Domain.Halls.TopologyLevel>())
            text = text.Replace(level.ToLowerInvariant(), Hall.LevelName(level), StringComparison.Ordinal);
        _texts[job] = TextOf(job) + " " + text;
    }

    private IEnumerable<(IReadOnlyList<string> Jobs, IReadOnlySet<string>? Nodes)> Order()
    {
        var note = _case.Expect.FirstOrDefault(expectation => expectation["type"]?.ToString() == "order")?["note"]?.ToString();
        if (note is null)
            yield break;
        var text = note.StartsWith("submit ", StringComparison.Ordinal) ? note["submit ".Length..] : throw new CaseException($"the order '{note}' is not understood");
        foreach (var part in text.Split(", then "))
        {
            if (Forced().Match(part) is { Success: true } forced)
                yield return ([Known(forced.Groups["job"].Value)], NodeRange.Of(forced.Groups["nodes"].Value, Hall));
            else if (part.EndsWith(" free", StringComparison.Ordinal))
                yield return ([.. part[..^" free".Length].Split([" and ", ", "], StringSplitOptions.None).Select(Known)], null);
            else
                throw new CaseException($"the order '{part}' is not understood");
        }
    }

    [GeneratedRegex(@"^(?<job>\S+) with (?<nodes>\S+) forced$")]
    private static partial Regex Forced();
}
