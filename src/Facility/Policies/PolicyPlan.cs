using System.Collections.Immutable;
using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Policies;

/// <summary>
/// Which racks run under which power policy. A policy is given only if every domain from the racks to the root carries
/// it; otherwise the next lower one is tried, unless the request is strict. Racks without a group run under the default
/// policy. Asking and giving use the same code, so a dry run cannot say otherwise than the act.
/// </summary>
public sealed record PolicyPlan
{
    private readonly ImmutableDictionary<string, PowerDomain> _domains;
    private readonly ImmutableArray<PowerPolicy> _policies;
    private readonly ImmutableArray<PoweredRack> _racks;
    private readonly PowerPolicy _usual;

    /// <summary>Makes a plan without groups.</summary>
    /// <param name="domains">The electrical tree.</param>
    /// <param name="racks">The racks.</param>
    /// <param name="policies">All policies.</param>
    /// <param name="usual">The policy of racks without a group, by name.</param>
    /// <exception cref="ArgumentException">Names that are twice or nowhere, or a tree that is none.</exception>
    public PolicyPlan(IEnumerable<PowerDomain> domains, IEnumerable<PoweredRack> racks, IEnumerable<PowerPolicy> policies, string usual)
    {
        _domains = domains.ToImmutableDictionary(domain => domain.Name, StringComparer.Ordinal);
        _racks = [.. racks];
        _policies = [.. policies.OrderByDescending(policy => policy.PerNode)];
        _usual = Policy(usual);
        foreach (var domain in _domains.Values)
        {
            Require.NotNegative(domain.Limit.Value, nameof(domains));
            Require.PositiveShare(domain.PowerFactor, nameof(domains));
            if (Path(domain.Name).Take(_domains.Count + 1).Count() > _domains.Count)
                throw new ArgumentException($"The domain {domain.Name} feeds itself.", nameof(domains));
        }
        foreach (var rack in _racks)
        {
            Require.Count(rack.Nodes, 0, nameof(racks));
            if (!_domains.ContainsKey(rack.Domain))
                throw new ArgumentException($"The rack {rack.Name} hangs on {rack.Domain}, which is not there.", nameof(racks));
        }
    }

    /// <summary>The groups that hold a policy.</summary>
    public ImmutableSortedDictionary<string, PolicyGroup> Groups { get; private init; } =
        ImmutableSortedDictionary.Create<string, PolicyGroup>(StringComparer.Ordinal);

    /// <summary>The policy of that name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public PowerPolicy Policy(string name) => _policies.FirstOrDefault(policy => policy.Name == name)
        ?? throw new ArgumentException($"There is no policy {name}.", nameof(name));

    /// <summary>The policy that a rack runs under.</summary>
    public PowerPolicy PolicyOf(string rack) => Groups.Values.FirstOrDefault(group => group.Racks.Contains(rack))?.Selected ?? _usual;

    /// <summary>What the racks below a domain may draw together, with what is lost on the way to it.</summary>
    /// <param name="domain">Its name.</param>
    public Watts Committed(string domain)
    {
        var racks = _racks.Where(rack => rack.Domain == domain).Select(rack => PolicyOf(rack.Name).PerNode * (long)rack.Nodes);
        var below = _domains.Values.Where(child => child.Parent == domain).Select(child => Committed(child.Name));
        var sum = racks.Concat(below).Aggregate(Watts.Zero, (total, part) => total + part);
        return sum * (1 / _domains[domain].PowerFactor);
    }

    /// <summary>What some racks may draw together.</summary>
    public Watts CommittedBy(IEnumerable<string> racks) =>
        racks.Select(Rack).Aggregate(Watts.Zero, (total, rack) => total + PolicyOf(rack.Name).PerNode * (long)rack.Nodes);

    /// <summary>Whether racks could be given a policy, without giving it.</summary>
    /// <param name="racks">Racks, none of which is in a group.</param>
    /// <param name="policy">The policy asked for, by name.</param>
    /// <param name="isStrict">Nothing lower will do.</param>
    /// <param name="lowersOthers">Other groups may be given lower policies to make room.</param>
    public Allocation Ask(IReadOnlyList<string> racks, string policy, bool isStrict, bool lowersOthers = false) =>
        Give("", racks, policy, isStrict, lowersOthers).Said;

    /// <summary>Gives racks a policy, or the next lower one that fits.</summary>
    /// <param name="name">The group's name, which is not in use.</param>
    /// <param name="racks">Racks, none of which is in a group.</param>
    /// <param name="policy">The policy asked for, by name.</param>
    /// <param name="isStrict">Nothing lower will do.</param>
    /// <param name="lowersOthers">Other groups may be given lower policies to make room: the one with the highest first.</param>
    /// <returns>What was said, and the plan: unchanged when nothing could be given.</returns>
    public (Allocation Said, PolicyPlan Plan) Give(string name, IReadOnlyList<string> racks, string policy, bool isStrict, bool lowersOthers = false)
    {
        CheckFree(name, racks);
        var requested = Policy(policy);
        PowerDomain? binding = null;
        foreach (var tried in _policies.SkipWhile(known => known != requested).Take(isStrict ? 1 : _policies.Length))
        {
            var plan = this with { Groups = Groups.Add(name, new PolicyGroup(name, [.. racks], requested, tried)) };
            binding ??= plan.Over(racks);
            if (lowersOthers)
                plan = plan.WithRoomFor(name, racks);
            if (plan.Over(racks) is null)
                return (new Allocation(requested, tried, binding), plan);
        }
        return (new Allocation(requested, null, binding), this);
    }

    /// <summary>Takes a group's policy back: its racks run under the default again.</summary>
    /// <param name="name">The group.</param>
    public PolicyPlan Release(string name) => this with { Groups = Groups.Remove(name) };

    private void CheckFree(string name, IReadOnlyList<string> racks)
    {
        if (Groups.ContainsKey(name))
            throw new ArgumentException($"The group {name} holds a policy already.", nameof(name));
        foreach (var rack in racks)
        {
            if (Groups.Values.FirstOrDefault(group => group.Racks.Contains(Rack(rack).Name)) is { } holder)
                throw new ArgumentException($"The rack {rack} is in the group {holder.Name}.", nameof(racks));
        }
    }

    // Other groups below a domain that is over its limit, one policy lower at a time, until nothing is or none is left.
    private PolicyPlan WithRoomFor(string name, IReadOnlyList<string> racks)
    {
        var plan = this;
        while (plan.Over(racks) is { } over)
        {
            var lowered = plan.Groups.Values.Where(group => group.Name != name && group.Selected != _policies[^1])
                .Where(group => group.Racks.Any(rack => Path(Rack(rack).Domain).Contains(over)))
                .OrderByDescending(group => group.Selected.PerNode).FirstOrDefault();
            if (lowered is null)
                return this;
            var next = lowered with { Selected = _policies[_policies.IndexOf(lowered.Selected) + 1] };
            plan = plan with { Groups = plan.Groups.SetItem(next.Name, next) };
        }
        return plan;
    }

    // The first domain over its limit, from the racks upwards.
    private PowerDomain? Over(IReadOnlyList<string> racks)
    {
        var above = racks.Select(rack => Path(Rack(rack).Domain).ToList()).ToList();
        return Enumerable.Range(0, above.Count == 0 ? 0 : above.Max(path => path.Count))
            .SelectMany(height => above.Where(path => path.Count > height).Select(path => path[height])).Distinct()
            .FirstOrDefault(domain => Committed(domain.Name) > domain.Limit);
    }

    private PoweredRack Rack(string name) => _racks.FirstOrDefault(rack => rack.Name == name)
        ?? throw new ArgumentException($"There is no rack {name}.", nameof(name));

    private IEnumerable<PowerDomain> Path(string domain)
    {
        for (string? at = domain; at is not null;)
        {
            if (!_domains.TryGetValue(at, out var found))
                throw new ArgumentException($"There is no domain {at}.", nameof(domain));
            yield return found;
            at = found.Parent;
        }
    }
}
