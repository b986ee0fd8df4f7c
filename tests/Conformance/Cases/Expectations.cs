using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Scheduling;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>Holds what a case expects against what happened.</summary>
internal sealed class Expectations(CaseRun run)
{
    private static readonly string[] Remarks = ["type", "note", "why", "because", "added_by_us"];

    /// <summary>What differs, or null when the expectation is met.</summary>
    public string? FailureOf(JsonObject expectation)
    {
        var type = expectation["type"]?.ToString() ?? throw new CaseException("an expectation has no type");
        var fields = new Fields(expectation);
        string? failure = type switch
        {
            "job_status" => Status(fields),
            "all_running" => fields.Texts("jobs").Where(job => !IsRunning(job)).Select(job => $"{job} does not run").FirstOrDefault(),
            "no_partial_start" => NoPartialStart(fields.Text("job")),
            "feasible" => Feasible(fields.Text("job"), true),
            "infeasible" => Feasible(fields.Text("job"), false),
            "infeasible_even_if_evicting" => EvenIfEvicting(fields.Text("job"), fields.Number("victims_below_priority")),
            "reason" => new ReasonFacts(run, fields.Text("job")).Missing(fields.Objects("facts"), fields.TextsOrNone("also_names")),
            "evicted_none" => Same("evicted", [], Evicted()),
            "evicted_exactly" => Same("evicted", fields.Texts("jobs"), Evicted()),
            "evicted_pods" => EvictedPods(fields),
            "migrated_jobs" => Between("moved jobs", Moved().Count, fields.Number("min"), fields.Number("max")),
            "not_moved" => Moved().Contains(fields.Text("job")) || !IsRunning(fields.Text("job")) ? $"{fields.Text("job")} did not stay" : null,
            "pod_stays" => PodStays(fields.Text("job"), fields.Text("node")),
            "no_cross_rack_replacement" => NoCrossRack(fields.Text("job")),
            "order" => fields.Has("note"),
            "accounting" => Accounting.Failure(run, fields.Text("statement")),
            "headroom" => Equal("headroom", fields.Number("value"), Headroom(fields.Text("layer"))),
            "queue_not_below_quota_after" => NotBelowQuota(fields.Text("queue")),
            _ => Places(type, fields),
        };
        return fields.Unread(Remarks) is { Count: > 0 } unread
            ? throw new CaseException($"expectation {type} has fields that are not known: {string.Join(", ", unread)}")
            : failure is null ? null : $"{type}: {failure}";
    }

    private string? Places(string type, Fields fields) => type switch
    {
        "pods_on" => Same("nodes", fields.Texts("nodes"), NodesOf(fields.Text("job"))),
        "pods_on_one_of" => OneOf(fields),
        "pods_per_domain" => PerDomain(fields),
        "same_domain" => DomainsOf(fields.Text("job"), fields.Text("level")) is { Count: 1 } ? null : "not in one domain",
        "in_domain" => Same("domains", [fields.Text("domain")], DomainsOf(fields.Text("job"), fields.Text("level"))),
        "not_in_domain" => DomainsOf(fields.Text("job"), fields.Text("level")).Contains(fields.Text("domain")) ? $"lies in {fields.Text("domain")}" : null,
        _ => throw new CaseException($"expectation '{type}' is not known"),
    };

    private bool IsRunning(string job) => run.After.Contains(new JobId(run.Known(job)));

    private List<string> NodesOf(string job) => [.. run.NodesOf(run.After, job).OfType<int>().Select(run.Hall.NodeId)];

    private List<string> DomainsOf(string job, string level) =>
        [.. run.NodesOf(run.After, job).OfType<int>().Select(node => run.Hall.Domain(node, level)).Distinct()];

    private List<string> Evicted() => [.. run.RunningBefore.Where(job => !IsRunning(job))];

    private List<string> Moved() =>
        [.. run.RunningBefore.Where(job => IsRunning(job) && run.NodesOf(run.After, job).Zip(run.NodesOf(run.Before, job)).Any(pair => pair.First is not null && pair.First != pair.Second))];

    private string? Status(Fields fields)
    {
        var job = fields.Text("job");
        var status = IsRunning(job) ? "running" : "pending";
        if (fields.Text("status") != status)
            return $"{job} is {status}{(status == "pending" ? ": " + run.TextOf(job).Trim() : "")}";
        return fields.NumberOrNone("pods_running") is { } pods ? Equal($"pods of {job} that run", pods, NodesOf(job).Count) : null;
    }

    private string? NoPartialStart(string job)
    {
        var (running, least) = (NodesOf(job).Count, run.Jobs[job].Spec.Groups.Sum(group => group.AtLeast));
        return running == 0 || running >= least ? null : $"{running} of at least {least} pods run";
    }

    private string? Feasible(string job, bool expected)
    {
        var placed = run.Alone(run.Before, job) is Placed || IsRunning(job);
        return placed == expected ? null : $"{job} is {(placed ? "feasible" : "infeasible")}";
    }

    private string? EvenIfEvicting(string job, double priority)
    {
        var emptied = run.Before.Fork();
        foreach (var victim in run.RunningBefore)
        {
            var spec = run.Jobs[victim].Spec;
            if (spec.Preemptible && spec.Priority < priority)
                emptied.Release(new JobId(victim));
        }
        return run.Alone(emptied, job) is Placed ? $"{job} would fit" : null;
    }

    private string? EvictedPods(Fields fields)
    {
        var job = fields.Text("job");
        var before = run.NodesOf(run.Before, job);
        var after = run.NodesOf(run.After, job);
        var gone = Enumerable.Range(0, before.Count).Where(pod => before[pod] is not null && after[pod] is null).ToList();
        var failure = Equal("evicted pods", fields.Number("count"), gone.Count);
        if (failure is not null || fields.TextOrNone("which") is not { } which)
            return failure;
        var named = which.Split("(index ") is [_, var end] && end.EndsWith(')')
            ? end[..^1].Split(',').Select(part => part.Trim())
            : throw new CaseException($"'{which}' is not understood");
        return Same("evicted pods", named, gone.Select(pod => pod.ToString(CultureInfo.InvariantCulture)));
    }

    private string? PodStays(string job, string node)
    {
        var number = run.Hall.Node(node);
        var stays = run.NodesOf(run.Before, job).Zip(run.NodesOf(run.After, job)).Any(pair => pair.First == number && pair.Second == number);
        return stays ? null : $"no pod of {job} stayed on {node}";
    }

    // A pod that stayed may not be joined by one in another rack; a job that starts again whole may go anywhere.
    private string? NoCrossRack(string job)
    {
        var (before, after) = (run.NodesOf(run.Before, job), run.NodesOf(run.After, job));
        var stayed = before.Zip(after).Any(pair => pair.First is not null && pair.First == pair.Second);
        return stayed && DomainsOf(job, "rack").Count > 1 ? $"{job} spans racks" : null;
    }

    private string? OneOf(Fields fields)
    {
        var nodes = NodesOf(fields.Text("job"));
        return fields.Lists("options").Any(option => Same("", option, nodes) is null) ? null : $"nodes are {string.Join(", ", nodes)}";
    }

    private string? PerDomain(Fields fields)
    {
        var level = fields.Text("level");
        var counts = run.NodesOf(run.After, fields.Text("job")).OfType<int>().GroupBy(node => run.Hall.Domain(node, level)).Select(group => (double)group.Count());
        return Same("pods per domain", fields.Numbers("counts").Select(Number), counts.Select(Number));
    }

    private double Headroom(string layer)
    {
        var domain = run.Hall.Layer(layer);
        return (run.After.PowerLimit(domain) - run.After.PowerCommitted(domain)).Value;
    }

    private string? NotBelowQuota(string name)
    {
        var queues = run.Hall.Layout.Queues;
        var queue = queues.Items.IndexOf(queues.FirstOrDefault(known => known.Id.Value == name) ?? throw new CaseException($"there is no queue '{name}'"));
        return run.After.QueueUsedMilli(queue) >= queues[queue].QuotaMilliGpu ? null : $"{name} holds {run.After.QueueUsedMilli(queue) / 1000.0} GPUs";
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Equal(string what, double expected, double actual) =>
        Math.Abs(expected - actual) < 1e-6 ? null : $"{what}: {expected} expected, {actual} found";

    private static string? Between(string what, double actual, double least, double most) =>
        actual >= least && actual <= most ? null : $"{what}: {least} to {most} expected, {actual} found";

    private static string? Same(string what, IEnumerable<string> expected, IEnumerable<string> actual)
    {
        var (one, other) = (expected.Order(StringComparer.Ordinal).ToList(), actual.Order(StringComparer.Ordinal).ToList());
        return one.SequenceEqual(other) ? null : $"{what}: [{string.Join(", ", one)}] expected, [{string.Join(", ", other)}] found";
    }
}
