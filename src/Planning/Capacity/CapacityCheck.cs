using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Planning.Capacity;

/// <summary>
/// Looks at a plan a second time, from the manifests and the catalogue: it walks the electrical tree, the loops and the
/// floor itself and shares neither limits nor solver with what made the plan.
/// </summary>
public static class CapacityCheck
{
    /// <summary>Everything that the plan violates, in words; empty for a sound one.</summary>
    public static IReadOnlyList<string> Verify(CapacityQuestion question, RackPlan plan, HardwareCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(plan);
        var found = new List<string>();
        for (var quarter = 0; quarter < question.Quarters.Count; quarter++)
        {
            var (at, name) = (quarter, question.Quarters[quarter].ToString());
            CheckArrivals(question, plan, at, name, found);
            new SiteCheck(question, plan.Racks[at], catalogue, problem => found.Add($"{name}: {problem}")).Run();
            CheckDemand(question, plan, at, name, found);
        }
        return found;
    }

    private static void CheckArrivals(CapacityQuestion question, RackPlan plan, int quarter, string name, List<string> found)
    {
        for (var type = 0; type < question.Types.Count; type++)
        {
            var (known, added) = (question.Types[type], plan.Added(question, quarter, type));
            for (var row = 0; row < question.Rows.Count; row++)
            {
                var before = quarter == 0 ? question.Rows[row].Installed[type] : plan.Racks[quarter - 1][type][row];
                if (plan.Racks[quarter][type][row] < before)
                    found.Add($"{name}: {known.Name} in {question.Rows[row].Name}: {before} racks become {plan.Racks[quarter][type][row]}");
            }
            if (added > 0 && question.Quarters[quarter].Start - known.Offer.LeadTime < question.Plan.AsOf)
                found.Add($"{name}: {added} {known.Name} would have had to be ordered before {question.Plan.AsOf:yyyy-MM-dd}");
            if (added > (known.Offer.PerQuarter ?? int.MaxValue))
                found.Add($"{name}: {added} {known.Name} arrive, and {known.Offer.PerQuarter} can");
        }
    }

    private static void CheckDemand(CapacityQuestion question, RackPlan plan, int quarter, string name, List<string> found)
    {
        var scenarios = Scenario.Of(question);
        for (var number = 0; number < scenarios.Count; number++)
        {
            var (scenario, uses) = (scenarios[number], plan.Uses[quarter][number]);
            for (var need = 0; need < question.Needs.Count; need++)
            {
                var given = question.Needs[need].Ways.Select((way, type) => way is null ? 0 : way.Rate * Math.Max(0, uses[need][type])).Sum();
                var wanted = question.Needs[need].IsTraining && !scenario.WithTraining ? 0m : question.Needs[need].Amounts[quarter] * scenario.Percent / 100m;
                if (given < wanted)
                    found.Add($"{name}, {scenario.Name}: {question.Needs[need].Name} needs {wanted:0} and gets {given}");
            }
            for (var type = 0; type < question.Types.Count; type++)
            {
                var nodes = question.Needs.Select((need, index) => need.Ways[type] is { } way ? way.NodesPerUnit * uses[index][type] : 0).Sum();
                foreach (var (reason, left) in Left(question, scenario, plan.Racks[quarter][type], type))
                {
                    if (nodes > (long)left * question.Types[type].Nodes)
                        found.Add($"{name}, {reason}: {nodes} nodes of {question.Types[type].Name} are at work on {left} racks");
                }
            }
        }
    }

    private static IEnumerable<(string Reason, int Left)> Left(CapacityQuestion question, Scenario scenario, int[] rows, int type)
    {
        var all = rows.Sum();
        if (scenario.Losses.Count == 0)
            yield return ("undisturbed", all - (int)Math.Ceiling(all * question.Plan.SparesPercent / 100m));
        foreach (var loss in scenario.Losses)
        {
            var taken = rows.Where((_, row) => loss.Takes[type][row]).Sum();
            yield return ("without " + loss.Name, all - (loss.Racks is { } most && most < taken ? most : taken));
        }
    }

    private sealed class SiteCheck(CapacityQuestion question, int[][] racks, HardwareCatalogue catalogue, Action<string> tell)
    {
        private readonly Dictionary<string, PowerDomainSpec> _domains = question.Factory.Of<PowerDomainSpec>().ToDictionary(one => one.Name, one => one.Spec);
        private readonly Dictionary<string, decimal> _watts = new(StringComparer.Ordinal);
        private readonly Dictionary<string, decimal> _heat = new(StringComparer.Ordinal);

        public void Run()
        {
            var total = 0m;
            for (var row = 0; row < question.Rows.Count; row++)
                total += AddRow(question.Rows[row].Spec, question.Rows[row].Name, row);
            if (total * (decimal)question.Plan.Pue > question.Plan.GridConnection.Milliwatts / 1000m)
                tell($"the meter would see {total * (decimal)question.Plan.Pue:0} W of {question.Plan.GridConnection}");
            foreach (var (name, domain) in _domains)
            {
                Carry(name, _watts.GetValueOrDefault(name), "");
                Fail(name, domain);
            }
            foreach (var (name, loop, _) in question.Factory.Of<CoolingLoopSpec>())
            {
                if (_heat.GetValueOrDefault(name) > loop.Capacity.Milliwatts / 1000m)
                    tell($"{name} takes {_heat[name]:0} W of heat and carries {loop.Capacity}");
            }
        }

        private decimal AddRow(RackRowSpec row, string name, int at)
        {
            decimal sum = 0, places = 0, weight = 0, ports = 0;
            for (var type = 0; type < question.Types.Count; type++)
            {
                var (count, offer) = (racks[type][at], question.Types[type].Offer);
                if (count == 0)
                    continue;
                var rack = catalogue.Rack(offer.Type)!;
                var node = catalogue.Node(rack.Node)!;
                var each = (decimal)(rack.OverheadWatts.Value + rack.Nodes.Value * (node.BaseWatts.Value + node.Gpus.Value * catalogue.Gpu(node.Gpu)!.LimitWatts.Value));
                var liquid = (decimal)rack.LiquidShare.Value;
                if ((row.RackPower is { } most && each > most.Milliwatts / 1000m) || (liquid > 0 && row.LiquidLoop is null) || (liquid < 1 && row.AirZone is null))
                    tell($"{name} cannot take a {offer.Type}");
                if (row.LiquidLoop is not null)
                    _heat[row.LiquidLoop] = _heat.GetValueOrDefault(row.LiquidLoop) + count * each * liquid;
                if (row.AirZone is not null)
                    _heat[row.AirZone] = _heat.GetValueOrDefault(row.AirZone) + count * each * (1 - liquid);
                (sum, places, weight) = (sum + count * each, places + count * offer.Positions, weight + count * (offer.Kilograms ?? 0));
                ports += count * (decimal)(rack.Nodes.Value * node.Gpus.Value);
            }
            if (places > row.Positions || weight > (row.FloorKilograms ?? int.MaxValue) || ports > (row.LeafPorts ?? int.MaxValue))
                tell($"{name} holds {places} positions, {weight} kg and {ports} ports; it has {row.Positions}, {row.FloorKilograms}, {row.LeafPorts}");
            for (string? domain = row.PowerDomain; domain is not null; domain = _domains[domain].Parent)
                _watts[domain] = _watts.GetValueOrDefault(domain) + sum;
            return sum;
        }

        private void Fail(string failed, PowerDomainSpec domain)
        {
            var above = new HashSet<string>(StringComparer.Ordinal);
            for (string? at = failed; at is not null; at = _domains[at].Parent)
                above.Add(at);
            var taken = new Dictionary<string, decimal>(StringComparer.Ordinal);
            foreach (var backup in domain.BackedBy)
            {
                for (string? at = backup; at is not null && !above.Contains(at); at = _domains[at].Parent)
                    taken[at] = taken.GetValueOrDefault(at) + _watts.GetValueOrDefault(failed) / domain.BackedBy.Count;
            }
            foreach (var (carrier, more) in taken)
                Carry(carrier, _watts.GetValueOrDefault(carrier) + more, $" when {failed} fails");
        }

        private void Carry(string name, decimal watts, string when)
        {
            var carries = (_domains[name].Rating * _domains[name].ContinuousShare).Milliwatts / 1000m;
            if (watts > carries)
                tell($"{name} would carry {watts:0} W of {carries:0} W{when}");
        }
    }
}
