using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Planning.Capacity;

/// <summary>Writes everything that bounds racks as sums over types and rows, in whole watts, positions, kilograms and ports.</summary>
internal sealed class LimitBuilder(
    CapacityPlanSpec plan, FactoryModel factory, IReadOnlyList<PlannedType> types, IReadOnlyList<PlannedRow> rows)
{
    // PUE and shares are given with two or three decimals: in thousandths they are whole.
    private const long Thousand = 1000;

    private readonly Dictionary<string, PowerDomainSpec> _domains = factory.Of<PowerDomainSpec>().ToDictionary(one => one.Name, one => one.Spec, StringComparer.Ordinal);

    public IReadOnlyList<IReadOnlyList<bool>> Fits => Table((type, row) =>
        (type.LiquidWatts == 0 || row.Spec.LiquidLoop is not null) && (type.AirWatts == 0 || row.Spec.AirZone is not null)
        && (row.Spec.RackPower is not { } most || type.Watts * Thousand <= most.Milliwatts));

    public List<Limit> Build()
    {
        var limits = new List<Limit>
        {
            new("grid", "grid connection", "W", plan.GridConnection.Milliwatts, Table((type, _) => (long)Math.Ceiling(type.Watts * plan.Pue * Thousand)), Thousand),
        };
        foreach (var (name, spec) in _domains)
            AddPower(name, spec, limits);
        foreach (var (name, loop, _) in factory.Of<CoolingLoopSpec>())
        {
            var weights = Table((type, row) => row.Spec.LiquidLoop == name ? type.LiquidWatts : row.Spec.AirZone == name ? type.AirWatts : 0);
            limits.Add(new Limit(loop.Type, name, "W", loop.Capacity.Milliwatts / Thousand, weights));
        }
        foreach (var row in rows)
        {
            limits.Add(new Limit(PlanModel.FloorSpace, row.Name, "positions", row.Spec.Positions, Table((type, at) => at == row ? (long)type.Offer.Positions : 0)));
            if (row.Spec.FloorKilograms is { } floor)
                limits.Add(new Limit("floor weight", row.Name, "kg", floor, Table((type, at) => at == row ? (long)type.Offer.Kilograms!.Value : 0)));
            if (row.Spec.LeafPorts is { } ports)
                limits.Add(new Limit("leaf ports", row.Name, "ports", ports, Table((type, at) => at == row ? (long)type.Gpus : 0)));
        }
        return [.. limits.Where(limit => limit.Weights.Any(line => line.Any(weight => weight > 0)))];
    }

    public List<Loss> Losses()
    {
        var losses = new List<Loss>();
        foreach (var (name, spec) in _domains.Where(one => one.Value.BackedBy.Count == 0))
            losses.Add(new Loss("power", name, Takes((_, row) => Above(row.Spec.PowerDomain).Contains(name)), null, plan.SurviveFeedPercent));
        foreach (var (name, loop, _) in factory.Of<CoolingLoopSpec>())
            losses.Add(new Loss("cooling", name, Takes((type, row) => (type.LiquidWatts > 0 && row.Spec.LiquidLoop == name) || (type.AirWatts > 0 && row.Spec.AirZone == name)), null, plan.SurviveLoopPercent));
        foreach (var (name, fabric, _) in factory.Of<FabricSpec>())
            losses.Add(new Loss("leaf", $"a leaf of {name}", Takes((_, row) => row.Spec.Fabric == name), fabric.RacksPerLeaf, plan.SurviveLeafPercent));
        return [.. losses.Where(loss => loss.KeepPercent > 0 && loss.Takes.Any(line => line.Any(taken => taken)))];
    }

    private void AddPower(string name, PowerDomainSpec spec, List<Limit> limits)
    {
        var capacity = (spec.Rating * spec.ContinuousShare).Milliwatts / Thousand;
        limits.Add(new Limit(spec.Type, name, "W", capacity, Table((type, row) => Above(row.Spec.PowerDomain).Contains(name) ? type.Watts : 0)));
        // When another fails, its load comes in equal parts to its backups, and to what is above them and not above it.
        foreach (var (failed, other) in _domains)
        {
            var parts = other.BackedBy.Count(backup => Above(backup).Contains(name) && !Above(failed).Contains(name));
            if (parts == 0)
                continue;
            long of = other.BackedBy.Count;
            var weights = Table((type, row) =>
            {
                var path = Above(row.Spec.PowerDomain);
                return (path.Contains(name) ? of * type.Watts : 0) + (path.Contains(failed) ? parts * type.Watts : 0);
            });
            limits.Add(new Limit(spec.Type, $"{name} when {failed} fails", "W", capacity * of, weights, of));
        }
    }

    private List<string> Above(string domain)
    {
        var path = new List<string>();
        for (string? at = domain; at is not null; at = _domains[at].Parent)
            path.Add(at);
        return path;
    }

    private List<List<bool>> Takes(Func<PlannedType, PlannedRow, bool> taken) => Table(taken);

    private List<List<T>> Table<T>(Func<PlannedType, PlannedRow, T> cell) =>
        [.. types.Select(type => rows.Select(row => cell(type, row)).ToList())];
}
