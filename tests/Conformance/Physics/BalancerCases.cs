using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>B01: caps moved between nodes within a budget. A group such as <c>others_8</c> stands for eight nodes.</summary>
internal static partial class BalancerCases
{
    public static object? Answer(string expectation, CaseInputs inputs)
    {
        if (expectation.EndsWith("_w", StringComparison.Ordinal))
            throw new UnknownExpectationException(expectation);
        var options = Options(inputs);
        if (expectation is "cap_per_node")
            return CapBalancer.EvenSplit(inputs.Count("nodes", "n"), options).Value;
        var groups = Groups(inputs);
        var caps = CapBalancer.Balance([.. groups.SelectMany(group => Enumerable.Repeat(group.Node, group.Count))], options);
        if (expectation is "total" or "sum" or "sum_caps" or "total_caps" or "sum_of_caps")
            return caps.Sum(cap => cap.Value);
        if (expectation is "within_budget")
            return caps.Sum(cap => cap.Value) <= options.Budget.Value;
        if (expectation is "caps")
            return groups.Select((group, i) => (group.Name, caps[groups.Take(i).Sum(before => before.Count)].Value))
                .ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        if (CapOf().Match(expectation) is { Success: true } match)
            return Common(match.Groups["groups"].Value.Split("_and_"), groups, caps);
        throw new UnknownExpectationException(expectation);
    }

    private static BalancerOptions Options(CaseInputs inputs)
    {
        inputs.Remark("balance_interval_s", "recent_job_s", "t_s", "time_s");
        var usual = new BalancerOptions(inputs.Watts("cap_watts", "budget", "cap"), inputs.Watts("node_min", "min"), inputs.Watts("node_max", "max"));
        return usual with
        {
            DecreaseRate = inputs.QuantityOrNone("decrease_rate", "decrease") ?? usual.DecreaseRate,
            IncreaseRate = inputs.QuantityOrNone("increase_rate", "increase") ?? usual.IncreaseRate,
            LowerThreshold = inputs.QuantityOrNone("lower_threshold", "lower") ?? Math.Min(usual.LowerThreshold, inputs.QuantityOrNone("upper_threshold", "upper") ?? 1),
            UpperThreshold = inputs.QuantityOrNone("upper_threshold", "upper") ?? Math.Max(usual.UpperThreshold, inputs.QuantityOrNone("lower_threshold", "lower") ?? 0),
        };
    }

    private static List<(string Name, int Count, CappedNode Node)> Groups(CaseInputs inputs)
    {
        var caps = Fields(inputs.Required("caps_w", "caps"));
        var draws = Fields(inputs.Required("draw_w", "draws_w", "draw", "draws"));
        var fresh = inputs.Node("new_job_on", "new_jobs_on") is { } node ? node is JsonArray list ? [.. list.Select(entry => entry!.ToString())] : new HashSet<string> { node.ToString() } : [];
        if (!caps.Select(field => field.Key).ToHashSet().SetEquals(draws.Select(field => field.Key)))
            throw new CaseException("caps and draws are not of the same nodes");
        var groups = caps.Select(field => Group(field.Key, CaseInputs.Number(field.Value, field.Key), CaseInputs.Number(draws[field.Key], field.Key), fresh)).ToList();
        if (fresh.Except(groups.Select(group => group.Name)).FirstOrDefault() is { } unknown)
            throw new CaseException($"there is no node '{unknown}'");
        return groups;
    }

    private static (string Name, int Count, CappedNode Node) Group(string name, double cap, double draw, HashSet<string> fresh)
    {
        var many = Many().Match(name);
        var plain = many.Success ? many.Groups["name"].Value : name;
        var count = many.Success ? int.Parse(many.Groups["count"].Value, System.Globalization.CultureInfo.InvariantCulture) : 1;
        return (plain, count, new CappedNode(Watts.FromWatts(cap), Watts.FromWatts(draw), fresh.Contains(plain) || fresh.Contains(name)));
    }

    private static double Common(string[] names, List<(string Name, int Count, CappedNode Node)> groups, IReadOnlyList<Watts> caps)
    {
        var values = names.SelectMany(name =>
        {
            var at = groups.FindIndex(group => group.Name == name);
            return at >= 0 ? caps.Skip(groups.Take(at).Sum(before => before.Count)).Take(groups[at].Count) : throw new CaseException($"there is no node '{name}'");
        }).Distinct().ToList();
        return values.Count == 1 ? values[0].Value : throw new CaseException($"the caps of {string.Join(" and ", names)} differ");
    }

    private static JsonObject Fields(JsonNode node) => node as JsonObject ?? throw new CaseException("caps and draws are not objects");

    [GeneratedRegex(@"^cap_(?<groups>\w+)$")]
    private static partial Regex CapOf();

    [GeneratedRegex(@"^(?<name>\D+)_(?<count>\d+)$")]
    private static partial Regex Many();
}
