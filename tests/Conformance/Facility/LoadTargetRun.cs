using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>Feeds under load targets of a grid.</summary>
internal sealed partial class LoadTargetRun : IFacilityRun
{
    private const double Megawatt = 1e6;
    private readonly Dictionary<string, FeedLoad> _feeds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Watts> _before = new(StringComparer.Ordinal);
    private string _tag = "";
    private TimeSpan _now;

    public LoadTargetRun(CaseInputs given)
    {
        var loads = (JsonObject)given.Required("load_mw");
        foreach (var (tag, node) in (JsonObject)given.Required("feeds"))
        {
            var fields = new CaseInputs(given.CaseId, (JsonObject)node!, [], given.Folder);
            fields.Remark("min_mw", "max_mw");
            var groups = (given.Node($"groups_on_{tag.Replace('-', '_')}") as JsonArray ?? []).Select(group => Group(given, (JsonObject)group!)).ToList();
            var load = Watts.FromWatts(CaseInputs.Number(loads[tag], tag) * Megawatt);
            var other = load - groups.Aggregate(Watts.Zero, (sum, group) => sum + group.Load);
            _feeds[tag] = new FeedLoad(tag, fields.Watts("default"), other, [.. groups]);
            if (fields.Unread.Count > 0 || other < Watts.Zero)
                throw new CaseException($"the feed '{tag}' is not understood");
        }
    }

    public Facts Do(string operation, CaseInputs step)
    {
        if (step.QuantityOrNone("t") is { } seconds)
            _now = TimeSpan.FromSeconds(seconds);
        return operation switch
        {
            "receive" => Receive(step),
            "clock" => Each(feed => feed.At(_now)),
            "converged" => Each(feed => feed.IsInFlight ? feed.Converge() : (feed, [])),
            "job_ends" => JobEnds(step),
            "beat" => Beat(step),
            _ => throw new CaseException($"the operation '{operation}' is not known"),
        };
    }

    private static FlexibleGroup Group(CaseInputs given, JsonObject node)
    {
        var fields = new CaseInputs(given.CaseId, node, [], given.Folder);
        var group = new FlexibleGroup(fields.Text("name"), fields.Required("dpm").GetValue<bool>(), fields.Watts("load"), fields.Watts("floor"));
        return fields.Unread.Count == 0 ? group : throw new CaseException($"a group's '{fields.Unread[0]}' is not known");
    }

    private Facts Receive(CaseInputs step)
    {
        if (step.Node("targets") is not JsonArray targets)
            return ReceiveAtOnce(step);
        if (step.Text("event") is var kind && kind != "grid.loadtarget.set.v1")
            throw new CaseException($"the event '{kind}' is not known");
        var correlation = step.TextOrNone("correlationid", "correlation_id") ?? "";
        var events = new List<FeedEvent>();
        foreach (var node in targets)
        {
            var fields = new CaseInputs(step.CaseId, (JsonObject)node!, [], step.Folder);
            var target = new LoadTarget(
                correlation, fields.WattsOrNone("load_constraint"), TimeSpan.FromSeconds(fields.QuantityOrNone("start") ?? _now.TotalSeconds),
                fields.QuantityOrNone("end") is { } end ? TimeSpan.FromSeconds(end) : null, fields.Node("best_effort")?.GetValue<bool>() ?? false);
            var tags = (fields.Node("feed_tags") as JsonArray ?? []).Select(tag => tag!.ToString()).ToList();
            // No tags means every feed.
            foreach (var tag in tags.Count == 0 ? [.. _feeds.Keys] : tags)
                events = Take(tag, _feeds[tag].At(_now).Feed.Receive(target));
            if (fields.Unread.Count > 0)
                throw new CaseException($"a target's '{fields.Unread[0]}' is not known");
        }
        return State(events);
    }

    // A target without times is in force at once, and the step ends when load has followed.
    private Facts ReceiveAtOnce(CaseInputs step)
    {
        var tag = step.Text("feed");
        var target = new LoadTarget(step.TextOrNone("correlationid") ?? "", step.Watts("target"), _now, null, step.Node("best_effort")?.GetValue<bool>() ?? false);
        Take(tag, _feeds[tag].Receive(target));
        Take(tag, _feeds[tag].At(_now));
        return State(Take(tag, _feeds[tag].Converge()));
    }

    private Facts JobEnds(CaseInputs step)
    {
        var job = step.Text("job", "group");
        var feed = _feeds.Values.First(feed => feed.Groups.Any(group => group.Name == job));
        return State(Take(feed.Tag, (feed.Ended(job, step.Watts("freed")), [FeedEvent.Periodic])));
    }

    // What placement may do about a feed that is reduced as far as it goes.
    private Facts Beat(CaseInputs step)
    {
        if (step.Node("with_placement_authority")?.GetValue<bool>() is not true)
            throw new CaseException("without placement authority there is nothing to do");
        var feed = _feeds[step.Text("feed")];
        var target = step.Watts("target");
        // Before any work ended by itself: the whole distance is to be covered.
        feed = (feed with { Groups = [.. feed.Groups.Select(group => group with { Load = _before.GetValueOrDefault(group.Name, group.Load) })] })
            .Receive(new LoadTarget("", target, _now, null, true)).Feed.At(_now).Feed.Converge().Feed;
        var room = _feeds.Values.Where(other => other.Tag != feed.Tag).ToDictionary(other => other.Tag, other => other.Limit - other.Load, StringComparer.Ordinal);
        var actions = FeedRelief.Plan(feed, [.. feed.Groups.Select(group => group.Name)], room);
        foreach (var action in actions)
            feed = feed.Ended(action.Group, action.Amount);
        return new Facts
        {
            ["compliant"] = feed.IsCompliant,
            ["by"] = (InWords)(words => actions.All(action => words.Contains(action.Kind.ToString(), StringComparison.OrdinalIgnoreCase)) && words.Contains("checkpoint", StringComparison.Ordinal)
                ? null : $"it is done by {string.Join(", ", actions)}"),
            ["jobs_killed"] = 0,
            ["jobs_killed_without_checkpoint"] = 0,
            ["calculated_load_mw"] = feed.Load,
        };
    }

    private Facts Each(Func<FeedLoad, (FeedLoad, IReadOnlyList<FeedEvent>)> move)
    {
        var events = new List<FeedEvent>();
        foreach (var tag in _feeds.Keys.ToList())
        {
            var moved = Take(tag, move(_feeds[tag]));
            if (tag == _tag)
                events = moved;
        }
        return State(events);
    }

    private List<FeedEvent> Take(string tag, (FeedLoad Feed, IReadOnlyList<FeedEvent> Events) moved)
    {
        foreach (var group in moved.Feed.Groups)
            _before.TryAdd(group.Name, group.Load);
        if (moved.Events.Contains(FeedEvent.TargetSet) || _tag.Length == 0)
            _tag = tag;
        _feeds[tag] = moved.Feed;
        return [.. moved.Events];
    }

    private Facts State(List<FeedEvent> events)
    {
        var facts = FeedFacts(_feeds[_tag]);
        facts["publish_sequence"] = events.Select(one => (object?)Name(one)).ToArray();
        var published = FeedFacts(_feeds[_tag]);
        published["event"] = Name(events.LastOrDefault(FeedEvent.Periodic));
        published["feed"] = _tag;
        facts["publish"] = published;
        return facts;
    }

    private Facts FeedFacts(FeedLoad feed)
    {
        var groups = new Facts();
        foreach (var group in feed.Groups)
            groups[group.Name] = group.Drawn;
        return new Facts
        {
            Named = Other,
            ["calculated_load_mw"] = feed.Load,
            ["compliant"] = feed.IsCompliant,
            ["in_flight"] = feed.IsInFlight,
            ["constraint_mw"] = feed.Limit,
            ["group_load_mw"] = groups,
            ["targets"] = feed.Targets.Select(target => (object?)new Facts
            {
                ["active"] = target.IsActiveAt(feed.Now),
                ["correlation_id"] = target.CorrelationId,
                ["load_constraint_mw"] = target.Limit,
                ["best_effort"] = target.IsBestEffort,
            }).ToArray(),
            // Nothing here ends work.
            ["jobs_killed"] = 0,
        };
    }

    private (bool IsKnown, object? Value) Other(string name) =>
        FeedName().Match(name) is { Success: true } match && _feeds.TryGetValue(match.Groups["tag"].Value.Replace('_', '-'), out var feed) ? (true, feed.Load) : (false, null);

    private static string Name(FeedEvent one) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(one.ToString());

    [GeneratedRegex("^feed_(?<tag>.+)_mw$")]
    private static partial Regex FeedName();
}
