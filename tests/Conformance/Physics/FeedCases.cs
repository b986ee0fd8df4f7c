using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Feeds;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F02: what feeds carry, alone and after a failure, and for how long an overload lasts.</summary>
internal static class FeedCases
{
    private static readonly string[] Fraction = ["load_fraction", "overload_fraction", "overload", "fraction", "load_ratio"];
    private static readonly string[] Load = ["load", "total_load", "L", "it_load", "P"];

    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "nameplate" => Nameplate(inputs).Value,
        "usable" => FeedRating.Continuous(Nameplate(inputs), Derate(inputs)).Value,
        "amps" or "current" or "current_a" => FeedRating.ThreePhaseAmperes(inputs.Watts(Load), Volts(inputs), Factor(inputs)),
        "normal_per_feed" or "normal_per_ups" or "per_feed" or "per_ups" or "normal" => PerFeed(inputs, 0),
        "survivor" or "survivor_each" or "per_survivor" or "survivor_load" => PerFeed(inputs, Failed(inputs)),
        "survivor_load_fraction" or "survivor_fraction" or "load_fraction" => Group(inputs).LoadFraction(inputs.Watts(Load), Failed(inputs)),
        "normal_load_fraction" or "normal_fraction" => Group(inputs).LoadFraction(inputs.Watts(Load)),
        "over_by" => Math.Max(0, PerFeed(inputs, Failed(inputs)) - Group(inputs).Each.Value),
        "max_safe_load" or "safe_load" or "max_load" or "usable_total" or "firm_capacity" => Group(inputs).Surviving(Failed(inputs)).Value,
        "surviving" => Group(inputs).Surviving(Failed(inputs)).Value,
        "must_shed" or "shed" => MustShed(inputs).Value,
        "must_shed_fraction" or "shed_fraction" => MustShed(inputs) / inputs.Watts(Load),
        "shed_required" or "must_act" => MustShed(inputs) > Watts.Zero,
        "headroom" or "margin" => (Group(inputs).Surviving(Failed(inputs)) - inputs.Watts(Load)).Value,
        "ok" or "safe" or "feasible" or "within_rating" or "survives" or "admitted" or "redundant" => Admitted(inputs),
        "overload" or "overloaded" => MustShed(inputs) > Watts.Zero,
        "stranded" or "reserved" => (Group(inputs).Installed - Group(inputs).Surviving(Failed(inputs))).Value,
        "shelf" => Shelves(inputs).Shelf.Value,
        "installed" => inputs.Has("shelves") ? Shelves(inputs).AsFeeds().Installed.Value : Group(inputs).Installed.Value,
        "deadline" or "time" or "hold" => Deadline(inputs),
        "deadline_min" or "min" or "shortest" => Spread(inputs).ShortestSeconds,
        "deadline_max" or "max" or "longest" => Spread(inputs).LongestSeconds,
        "range" or "deadline_range" => (IReadOnlyList<double>)[Spread(inputs).ShortestSeconds, Spread(inputs).LongestSeconds],
        _ => throw new UnknownExpectationException(expectation),
    };

    private static double Volts(CaseInputs inputs) => inputs.Quantity("volts_ll", "V_LL", "volts", "voltage", "V");

    private static double Factor(CaseInputs inputs) => inputs.PlainOrNone("power_factor", "PF") ?? 1;

    private static double Derate(CaseInputs inputs) =>
        inputs.PlainOrNone("continuous_derate", "derate", "continuous_share", "continuous_factor") ?? FeedRating.ContinuousShare;

    private static Watts Nameplate(CaseInputs inputs)
    {
        var amperes = inputs.Quantity("amps", "A", "current", "I");
        // Only the usable figure needs it, but a case may ask for the nameplate alone.
        inputs.Remark("continuous_derate", "derate");
        return (inputs.CountOrNone("phases") ?? 3) switch
        {
            1 => FeedRating.SinglePhase(amperes, Volts(inputs), Factor(inputs)),
            3 => FeedRating.ThreePhase(amperes, Volts(inputs), Factor(inputs)),
            var phases => throw new CaseException($"a feed of {phases} phases is not known"),
        };
    }

    private static FeedGroup Group(CaseInputs inputs)
    {
        if (inputs.Has("shelves"))
            return Shelves(inputs).AsFeeds();
        var scheme = inputs.TextOrNone("scheme", "redundancy", "topology");
        var each = inputs.WattsOrNone("feed_usable", "ups", "feed", "each", "unit", "side", "feed_rating", "ups_usable", "rating", "capacity", "module", "per_feed")
            ?? (inputs.Has("amps") ? FeedRating.Continuous(Nameplate(inputs), Derate(inputs)) : throw CaseInputs.Lacking("feed_usable_kw"));
        var count = inputs.CountOrNone("feeds", "ups", "n", "units", "sides", "count", "modules");
        return (scheme, count) switch
        {
            (null or "N", { } n) => FeedGroup.WithoutSpare(n, each),
            ("2N", null or 2) => FeedGroup.TwoN(each),
            ("2N", { } n) => new FeedGroup(n, each, n / 2),
            ("N+1", { } n) => new FeedGroup(n, each, 1),
            ("N+2", { } n) => new FeedGroup(n, each, 2),
            ("4N/3" or "4-to-make-3" or "4N3" or "xN/(x-1)", null or 4) => FeedGroup.FourToMakeThree(each),
            ("xN/(x-1)", { } n) => FeedGroup.WithoutSpare(n, each),
            (null, null) when inputs.Has("needed") => FeedGroup.NPlusOne(inputs.Count("needed"), each),
            _ => throw new CaseException($"feeds of the scheme '{scheme}' are not known"),
        };
    }

    private static int Failed(CaseInputs inputs) =>
        inputs.CountOrNone("failed", "lost", "failures", "shelves_lost", "ups_lost", "feeds_lost") ?? (inputs.Has("shelves") ? 0 : Math.Max(1, Group(inputs).Spare));

    // From the fraction: a third of a load is no whole number of milliwatts.
    private static double PerFeed(CaseInputs inputs, int failed) => Group(inputs).LoadFraction(inputs.Watts(Load), failed) * Group(inputs).Each.Value;

    private static Watts MustShed(CaseInputs inputs) => Group(inputs).MustShed(inputs.Watts(Load), Failed(inputs));

    // With what can be shed, and how fast, against the survivors' deadline; without, against their rating alone.
    private static bool Admitted(CaseInputs inputs)
    {
        if (inputs.WattsOrNone("sheddable", "flexible", "sheddable_load") is not { } sheddable)
            return MustShed(inputs) == Watts.Zero;
        var plan = FailoverPlan.For(Group(inputs), inputs.Watts(Load), Failed(inputs), Table(inputs));
        return plan.IsMetBy(sheddable, inputs.Quantity("actuation", "shed_time", "time_to_shed", "response"));
    }

    private static PowerShelves Shelves(CaseInputs inputs) => new(
        inputs.Count("shelves"), inputs.Count("psus_per_shelf", "supplies_per_shelf"), inputs.Watts("psu", "supply"));

    private static double? StatedFraction(CaseInputs inputs) => inputs.PlainOrNone(Fraction) ?? inputs.PlainOrNone("load_pct", "load_percent") / 100;

    private static double LoadFraction(CaseInputs inputs) => StatedFraction(inputs)
        ?? (inputs.Names.Any(name => name is "feeds" or "ups" or "n" or "units") ? Group(inputs).LoadFraction(inputs.Watts(Load), Failed(inputs))
            : inputs.Watts(Load) / inputs.Watts("rating", "rated", "ups", "capacity"));

    private static double Deadline(CaseInputs inputs) => Table(inputs).DeadlineSeconds(LoadFraction(inputs));

    private static UpsOverloadTable Table(CaseInputs inputs)
    {
        var ambient = inputs.QuantityOrNone("ambient", "room", "T_ambient");
        if (inputs.TextOrNone("table", "ups_table") is not { } name)
            return UpsOverloadTable.Huawei2000(Celsius.FromDegrees(ambient ?? 35));
        if (inputs.Stated("parameters", "ups_tables", name) is JsonArray rows)
            return new UpsOverloadTable(name, rows.Select(row => Range(CaseInputs.Numbers(row!, name))));
        if (name == "huawei_ups2000g" && ambient is { } degrees)
            return UpsOverloadTable.Huawei2000(Celsius.FromDegrees(degrees));
        return UpsOverloadTable.All.FirstOrDefault(table => table.Name == name) ?? throw new CaseException($"the table '{name}' is not known");
    }

    private static OverloadRange Range(IReadOnlyList<double> row) => new(row[0], row[1], row[2]);

    private static OverloadSpread Spread(CaseInputs inputs)
    {
        inputs.Remark("table");
        return OverloadSpread.At(StatedFraction(inputs) ?? throw CaseInputs.Lacking(Fraction)) ?? throw new CaseException("a load within the rating has no deadline");
    }
}
