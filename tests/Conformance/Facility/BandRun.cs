using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Conformance.Tests.Physics;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Caps;

namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>Groups that give power up and take it back in the order of their priorities.</summary>
internal sealed class BandRun : IFacilityRun
{
    private readonly IReadOnlyList<PriorityGroup> _given;
    private IReadOnlyList<PriorityGroup> _groups;

    public BandRun(CaseInputs given)
    {
        if (given.Node("lower_number_is_higher_priority")?.GetValue<bool>() is false)
            throw new CaseException("only lower numbers are higher priorities");
        _given = [.. ((JsonArray)given.Required("groups")).Select(node => Group(given, (JsonObject)node!))];
        _groups = _given;
    }

    public Facts Do(string operation, CaseInputs step) => operation switch
    {
        "reduce" or "steal" => Reduce(step),
        "restore" or "giveback" or "give_back" => Restore(step),
        "reset" => Reset(),
        _ => throw new CaseException($"the operation '{operation}' is not known"),
    };

    private static PriorityGroup Group(CaseInputs given, JsonObject node)
    {
        var fields = new CaseInputs(given.CaseId, node, [], given.Folder);
        var group = new PriorityGroup(
            fields.Text("name"), fields.CountOrNone("priority") ?? 0, fields.Watts("alloc"), fields.WattsOrNone("floor") ?? Watts.Zero, fields.WattsOrNone("full", "original", "requested"));
        return fields.Unread.Count == 0 ? group : throw new CaseException($"a group's '{fields.Unread[0]}' is not known");
    }

    private Facts Reset()
    {
        _groups = _given;
        return State(_given);
    }

    private Facts Reduce(CaseInputs step)
    {
        var (before, by) = (_groups, step.Watts("by"));
        (_groups, var shortfall) = PriorityBands.Reduce(_groups, by);
        var facts = State(before);
        facts["freed_w"] = by - shortfall;
        facts["shortfall_w"] = shortfall;
        return facts;
    }

    private Facts Restore(CaseInputs step)
    {
        var (before, available) = (_groups, Available(step));
        (_groups, var unused) = PriorityBands.Restore(_groups, available);
        var facts = State(before);
        facts["restored_w"] = available - unused;
        facts["unused_w"] = unused;
        facts["complete"] = _groups.All(group => group.Missing == Watts.Zero);
        return facts;
    }

    // What there is to give back, or the limit that rises above what all groups hold.
    private Watts Available(CaseInputs step)
    {
        if (step.WattsOrNone("by", "available", "headroom", "freed", "amount") is { } stated)
            return stated;
        var held = _groups.Aggregate(Watts.Zero, (sum, group) => sum + group.Allocated);
        var limit = step.Watts("limit", "budget", "new_limit", "to");
        return limit > held ? limit - held : Watts.Zero;
    }

    private Facts State(IReadOnlyList<PriorityGroup> before)
    {
        var allocated = new Facts();
        foreach (var group in _groups)
            allocated[group.Name] = group.Allocated;
        object?[] Names(Func<PriorityGroup, PriorityGroup, bool> changed) => [.. before.Zip(_groups).Where(pair => changed(pair.First, pair.Second)).Select(pair => pair.First.Name)];
        return new Facts
        {
            ["reduced"] = Names((old, now) => now.Allocated < old.Allocated),
            ["restored"] = Names((old, now) => now.Allocated > old.Allocated),
            ["untouched"] = Names((old, now) => now.Allocated == old.Allocated),
            ["total_w"] = _groups.Aggregate(Watts.Zero, (sum, group) => sum + group.Allocated),
            ["alloc_w"] = allocated,
            ["proportional_split"] = allocated,
        };
    }
}
