using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Factory;
using ControlPlane.Domain.Manifests;
using ControlPlane.Planning.WhatIf;
using ControlPlane.Simulation;
using ControlPlane.Simulation.Events;

namespace ControlPlane.Planning.Capacity;

/// <summary>Turns the manifests of a demand file into a question, telling every error it meets.</summary>
internal sealed class QuestionBuilder(
    IReadOnlyList<Manifest> manifests, FactoryModel factory, HardwareCatalogue catalogue, string file, PlanFiles files, List<ManifestError> errors)
{
    public CapacityQuestion? Build()
    {
        var plans = Of<CapacityPlanSpec>().ToList();
        if (plans.Count != 1)
        {
            errors.Add(plans.Count == 0
                ? new ManifestError(file, 0, 0, "", "no CapacityPlan is given", "give one: it says for which quarters and under which conditions to plan")
                : plans[1].Manifest.Error("kind", "this is a second CapacityPlan", "give one"));
            return null;
        }
        var (plan, manifest) = plans[0];
        if (!Quarter.TryParse(plan.FirstQuarter, out var first))
        {
            errors.Add(manifest.Error("spec.firstQuarter", $"'{plan.FirstQuarter}' is not a quarter", "write one such as 2027Q1"));
            return null;
        }
        if (plan.Failures is { } failures && !PublishedFailures.TryRead(failures, out _, out _))
            errors.Add(manifest.Error("spec.failures", $"'{failures}' is no failure rate", $"give {PublishedFailures.Form}"));
        List<Quarter> quarters = [.. Enumerable.Range(0, plan.Quarters).Select(first.Plus)];
        var types = Types(plan, quarters);
        var rows = Rows(types);
        var traces = new TraceDemands(files, errors);
        var needs = new NeedBuilder(manifests, quarters, types, plan, catalogue, file, traces, new DeviceCurves(files, catalogue, errors), errors).Build();
        var whatIf = WhatIf();
        if (errors.Count > 0)
            return null;
        var limits = new LimitBuilder(plan, factory, types, rows);
        foreach (var (row, at) in Of<RackRowSpec>().Select((one, index) => (one.Manifest, index)))
        {
            foreach (var type in Enumerable.Range(0, types.Count).Where(type => rows[at].Installed[type] > 0 && !limits.Fits[type][at]))
                errors.Add(row.Error("spec.installed." + types[type].Name, "such a rack cannot stand here", "give the row the loops and the power that it needs"));
        }
        if (errors.Count > 0)
            return null;
        return new CapacityQuestion(manifest.Name, plan, factory, quarters, rows, types, needs, limits.Fits, limits.Build(), limits.Losses())
        {
            WhatIf = whatIf,
            Traces = traces.Lines,
        };
    }

    private WhatIfQuestions WhatIf()
    {
        foreach (var (spec, manifest) in Of<MaintenanceSpec>().Where(one => one.Spec.HourPercents.Count is not (0 or 24) || one.Spec.HourPercents.Any(percent => percent is < 0 or > 100)))
            errors.Add(manifest.Error("spec.hourPercents", $"has {spec.HourPercents.Count} entries", "give 24 of 0 to 100, one an hour of the day"));
        return new WhatIfQuestions
        {
            Curtailments = [.. Of<CurtailmentSpec>().Select(one => (one.Manifest.Name, one.Spec))],
            WarmWaters = [.. Of<WarmWaterSpec>().Select(one => (one.Manifest.Name, one.Spec))],
            Maintenances = [.. Of<MaintenanceSpec>().Select(one => (one.Manifest.Name, one.Spec))],
            Draws = [.. Of<ObservedDrawSpec>().Select(one => (one.Manifest.Name, one.Spec, files.Read(one.Manifest, "spec.file", one.Spec.File, DrawTrace.Read) ?? []))],
        };
    }

    private List<PlannedType> Types(CapacityPlanSpec plan, List<Quarter> quarters)
    {
        var types = new List<PlannedType>();
        foreach (var (offer, manifest) in Of<RackOfferSpec>())
        {
            if (catalogue.Rack(offer.Type) is not { } rack)
                errors.Add(manifest.Error("spec.type", $"'{offer.Type}' is not a rack type of the catalogue", Choices.Among(offer.Type, catalogue.Racks.Select(one => one.Name))));
            else if (types.Exists(type => type.Name == offer.Type))
                errors.Add(manifest.Error("spec.type", $"'{offer.Type}' is on offer already", "give one offer a type"));
            else if (TypeOf(plan, offer, rack, quarters) is var type && type.Watts > rack.LimitWatts.Value)
                errors.Add(manifest.Error("spec.type", $"a rack may draw {type.Watts} W, and its own supply carries {rack.LimitWatts.Value} W", "offer a type whose supply carries all of its GPUs"));
            else
                types.Add(type);
        }
        if (types.Count == 0 && errors.Count == 0)
            errors.Add(new ManifestError(file, 0, 0, "", "no RackOffer is given", "give at least one rack type with its price and lead time"));
        return types;
    }

    private PlannedType TypeOf(CapacityPlanSpec plan, RackOfferSpec offer, RackType rack, List<Quarter> quarters)
    {
        var node = catalogue.Node(rack.Node)!;
        var (nodes, gpus) = ((int)rack.Nodes.Value, (int)node.Gpus.Value);
        var watts = (long)Math.Ceiling(rack.OverheadWatts.Value + nodes * (node.BaseWatts.Value + gpus * catalogue.Gpu(node.Gpu)!.LimitWatts.Value));
        // A milliwatt is kept for rounding, since halls round heat loop by loop.
        var (liquid, air) = ((long)Math.Ceiling(watts * rack.LiquidShare.Value + 0.001), (long)Math.Ceiling(watts * (1 - rack.LiquidShare.Value) + 0.001));
        var possible = quarters.FindIndex(quarter => quarter.Start - offer.LeadTime >= plan.AsOf);
        var hours = 8760 / 4.0;
        var energy = watts / 1000.0 * plan.Pue * plan.DrawPercent / 100 * plan.DollarsPerKilowattHour * hours;
        return new PlannedType(
            rack.Name, offer, node.Gpu, nodes, gpus, watts, rack.LiquidShare.Value > 0 ? liquid : 0, rack.LiquidShare.Value < 1 ? air : 0,
            possible < 0 ? quarters.Count : possible, (long)Math.Round(offer.Dollars / (plan.WriteOffYears * 4) + energy));
    }

    private List<PlannedRow> Rows(List<PlannedType> types)
    {
        var rows = new List<PlannedRow>();
        foreach (var (row, manifest) in Of<RackRowSpec>())
        {
            Refer(manifest, "spec.hall", "Hall", row.Hall, null);
            Refer(manifest, "spec.powerDomain", "PowerDomain", row.PowerDomain, row.Hall);
            Refer(manifest, "spec.liquidLoop", "CoolingLoop", row.LiquidLoop, row.Hall);
            Refer(manifest, "spec.airZone", "CoolingLoop", row.AirZone, row.Hall);
            Refer(manifest, "spec.fabric", "Fabric", row.Fabric, row.Hall);
            if (row.FloorKilograms is not null && types.Find(type => type.Offer.Kilograms is null) is { } unknown)
                errors.Add(manifest.Error("spec.floorKilograms", $"the weight of {unknown.Name} is not known", "give kilograms in its RackOffer, or leave the floor's limit out"));
            foreach (var (type, count) in row.Installed)
            {
                if (!types.Exists(known => known.Name == type))
                    errors.Add(manifest.Error("spec.installed." + type, $"'{type}' is not on offer", "give a RackOffer for it: its power and weight count"));
                if (count is < 0 or > 5000)
                    errors.Add(manifest.Error("spec.installed." + type, $"{count} is out of range", "give a whole number between 0 and 5000"));
            }
            rows.Add(new PlannedRow(manifest.Name, row, [.. types.Select(type => (int)Math.Clamp(row.Installed.GetValueOrDefault(type.Name), 0, 5000))]));
        }
        if (rows.Count == 0 && errors.Count == 0)
            errors.Add(new ManifestError(file, 0, 0, "", "no RackRow is given", "give at least one: racks stand in rows"));
        return rows;
    }

    private void Refer(Manifest manifest, string field, string kind, string? name, string? hall)
    {
        if (name is null)
            return;
        if (!factory.Objects.TryGetValue(kind + "/" + name, out var found))
            errors.Add(manifest.Error(field, $"there is no {kind} '{name}'", Choices.Among(name, factory.Objects.Values.Where(one => one.Kind == kind).Select(one => one.Name))));
        else if (hall is not null && HallOf(found.Spec) is var other && other != hall)
            errors.Add(manifest.Error(field, $"{kind} '{name}' is in hall '{other}', this row in hall '{hall}'", "name one of the same hall"));
    }

    private static string HallOf(object spec) => spec switch
    {
        PowerDomainSpec domain => domain.Hall,
        CoolingLoopSpec loop => loop.Hall,
        _ => ((FabricSpec)spec).Hall,
    };

    private IEnumerable<(T Spec, Manifest Manifest)> Of<T>() =>
        manifests.Where(manifest => manifest.Spec is T).Select(manifest => ((T)manifest.Spec, manifest));
}
