using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Policies;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>Groups of racks that are given power policies under a tree of limits.</summary>
internal sealed partial class PolicyRun : IFacilityRun
{
    private const string Utility = "Utility";
    private const string Switchboard = "Switchboard";

    private readonly List<string> _racks;
    private PolicyPlan _plan;

    public PolicyRun(CaseInputs given)
    {
        var topology = new CaseInputs(given.CaseId, (JsonObject)given.Required("topology"), [], given.Folder);
        if (topology.TextOrNone("losses") is { } losses && !losses.StartsWith("none", StringComparison.Ordinal))
            throw new CaseException($"the losses '{losses}' are not known");
        var floors = (JsonObject)topology.Required("floor_pdus");
        var limits = Limits(given);
        PowerDomain Domain(string name, Watts limit, string? parent) => new(name, limits.TryGetValue(name, out var other) ? other : limit, parent);
        List<PowerDomain> domains = [Domain(Utility, topology.Watts("utility"), null), Domain(Switchboard, topology.Watts("switchboard"), Utility)];
        domains.AddRange(floors.Select(floor => Domain(floor.Key, topology.Watts("floor_pdu"), Switchboard)));
        if (limits.Keys.Except(domains.Select(domain => domain.Name)).FirstOrDefault() is { } unknown)
            throw new CaseException($"there is no domain '{unknown}'");
        var nodes = topology.Count("nodes_per_rack");
        var racks = floors.SelectMany(floor => ((JsonArray)floor.Value!).Select(rack => new PoweredRack(rack!.ToString(), nodes, floor.Key))).ToList();
        _racks = [.. racks.Select(rack => rack.Name).Order(StringComparer.Ordinal)];
        if (racks.Count != topology.Count("racks") || topology.Unread.Count > 0)
            throw new CaseException($"the topology is not understood: {string.Join(", ", topology.Unread)}");
        var policies = ((JsonObject)given.Required("policies_w_per_node")).Select(policy => new PowerPolicy(policy.Key, Watts.FromWatts(CaseInputs.Number(policy.Value, policy.Key))));
        _plan = new PolicyPlan(domains, racks, policies, given.Text("topology_default"));
    }

    public Facts Do(string operation, CaseInputs step) => operation switch
    {
        "activate" => Activate(step),
        "validate_allocation" or "validate" or "dry_run" => Validate(step),
        "delete" or "deactivate" => Delete(step),
        "status" or "list" => State(),
        _ => throw new CaseException($"the operation '{operation}' is not known"),
    };

    private static Dictionary<string, Watts> Limits(CaseInputs given) => (given.Node("override") as JsonObject ?? [])
        .ToDictionary(limit => DomainName(limit.Key[..^2]), limit => Watts.FromWatts(CaseInputs.Number(limit.Value, limit.Key)), StringComparer.Ordinal);

    private static string DomainName(string name) => name switch
    {
        "utility" => Utility,
        "switchboard" => Switchboard,
        _ => name,
    };

    private Facts Activate(CaseInputs step)
    {
        var group = step.Text("group");
        var (said, plan) = _plan.Give(group, Racks(step), step.Text("policy"), Strict(step), LowersOthers(step));
        _plan = plan;
        var facts = State();
        facts["ok"] = said.IsFeasible;
        facts["requested_policy"] = said.Requested.Name;
        facts["selected_policy"] = said.Selected?.Name;
        facts["downgraded"] = said.IsDowngraded;
        facts["binding_entity"] = said.Binding?.Name;
        facts["reason"] = said.Reason;
        facts["reason_contains"] = (InWords)(words => said.Reason.Contains(words, StringComparison.Ordinal) ? null : $"the reason is '{said.Reason}'");
        facts["group_state"] = _plan.Groups.ContainsKey(group) ? "active" : "inactive";
        return facts;
    }

    private Facts Validate(CaseInputs step)
    {
        var before = _plan;
        var said = _plan.Ask(Racks(step), step.Text("policy"), Strict(step), LowersOthers(step));
        var facts = State();
        facts["feasible"] = said.IsFeasible;
        facts["requested_policy"] = said.Requested.Name;
        facts["selected_policy"] = said.Selected?.Name;
        facts["would_be_downgraded"] = said.IsDowngraded;
        facts["binding_entity"] = said.Binding?.Name;
        facts["state_changed"] = !ReferenceEquals(before, _plan);
        return facts;
    }

    private Facts Delete(CaseInputs step)
    {
        var group = step.Text("group");
        if (!_plan.Groups.ContainsKey(group))
            throw new CaseException($"there is no active group '{group}'");
        _plan = _plan.Release(group);
        var facts = State();
        facts["ok"] = true;
        facts["group_state"] = "inactive";
        return facts;
    }

    private static List<string> Racks(CaseInputs step) => [.. ((JsonArray)step.Required("racks")).Select(rack => rack!.ToString())];

    private static bool Strict(CaseInputs step) => step.Node("strict")?.GetValue<bool>() ?? false;

    // Allowed unless a step says otherwise, as in the system that the cases were read from.
    private static bool LowersOthers(CaseInputs step) => step.Node("allow_reprovision")?.GetValue<bool>() ?? true;

    private Facts State() => new() { Named = Named };

    private (bool IsKnown, object? Value) Named(string name)
    {
        if (Floor().Match(name) is { Success: true } floor)
            return (true, _plan.Committed($"FloorPDU-{floor.Groups["number"].Value}"));
        if (Group().Match(name) is { Success: true } group && _plan.Groups.TryGetValue(group.Groups["name"].Value, out var found))
            return group.Groups["what"].Value == "policy" ? (true, found.Selected.Name) : (true, _plan.CommittedBy(found.Racks));
        if (Nodes().Match(name) is { Success: true } nodes)
            return (true, Common(nodes.Groups["from"].Value, nodes.Groups[nodes.Groups["to"].Success ? "to" : "from"].Value));
        return name switch
        {
            "utility_committed_w" => (true, _plan.Committed(Utility)),
            "switchboard_committed_w" => (true, _plan.Committed(Switchboard)),
            _ => (false, null),
        };
    }

    // The policy of racks from one to another; null when they differ.
    private string? Common(string from, string to)
    {
        var policies = _racks.SkipWhile(rack => rack != from).TakeWhile(rack => rack != to).Append(to).Select(rack => _plan.PolicyOf(rack).Name).Distinct().ToList();
        return policies.Count == 1 ? policies[0] : null;
    }

    [GeneratedRegex(@"^floor_pdu_(?<number>\d+)_committed_w$")]
    private static partial Regex Floor();

    [GeneratedRegex(@"^group_(?<name>\w+?)_((?<what>committed)_w|(selected_)?(?<what>policy))$")]
    private static partial Regex Group();

    [GeneratedRegex(@"^nodes_(?<from>R\d+)(_(?<to>R\d+))?_policy$")]
    private static partial Regex Nodes();
}
