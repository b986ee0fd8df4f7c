using ControlPlane.Planning.WhatIf;
using ControlPlane.Simulation.Results;

namespace ControlPlane.Planning.Capacity;

/// <summary>A capacity report as tables.</summary>
public static class PlanTables
{
    /// <summary>Assumptions with the seed, racks, quarters, needs, orders, what binds, what is stranded, and what the twin says.</summary>
    public static IReadOnlyList<ResultTable> Of(CapacityReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return
        [
            ResultTable.Of("assumptions", [.. report.Assumptions], ("name", one => one.Key), ("value", one => one.Value)),
            ResultTable.Of(
                "quarters", report.Quarters,
                ("quarter", one => one.Quarter), ("racks", one => (long)one.Racks.Sum(row => row.Count)), ("gpus", one => (long)one.Gpus),
                ("provisioned_watts", one => one.ProvisionedWatts), ("meter_watts", one => one.MeterWatts), ("dollars", one => one.Dollars),
                ("tokens_per_second", one => one.TokensPerSecond), ("tokens_per_second_per_megawatt", one => one.TokensPerSecondPerMegawatt),
                ("binds", one => one.Binding?.Kind ?? ""), ("binds_next", one => one.Next?.Kind ?? "")),
            ResultTable.Of(
                "racks", [.. report.Quarters.SelectMany(quarter => quarter.Racks.Select(row => (quarter.Quarter, Row: row)))],
                ("quarter", one => one.Quarter), ("hall", one => one.Row.Hall), ("row", one => one.Row.Row), ("type", one => one.Row.Type),
                ("racks", one => (long)one.Row.Count), ("added", one => (long)one.Row.Added)),
            ResultTable.Of(
                "needs", [.. report.Quarters.SelectMany(quarter => quarter.Needs.Select(need => (quarter.Quarter, Need: need)))],
                ("quarter", one => one.Quarter), ("need", one => one.Need.Need), ("asked", one => one.Need.Asked), ("given", one => one.Need.Given),
                ("dollars_per_million_tokens", one => one.Need.DollarsPerMillionTokens ?? double.NaN), ("kilowatt_hours_per_million_tokens", one => one.Need.KilowattHoursPerMillionTokens ?? double.NaN)),
            ResultTable.Of(
                "orders", report.Orders,
                ("order_by", one => one.OrderBy.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)), ("quarter", one => one.Quarter), ("type", one => one.Type),
                ("racks", one => (long)one.Count), ("dollars", one => one.Dollars)),
            ResultTable.Of(
                "waterfall", [.. report.Quarters.SelectMany(quarter => quarter.Waterfall.Select(room => (quarter.Quarter, quarter.ReferenceType, Room: room)))],
                ("quarter", one => one.Quarter), ("rack_type", one => one.ReferenceType), ("kind", one => one.Room.Kind), ("more_racks", one => one.Room.MoreRacks),
                ("tightest", one => one.Room.Tightest), ("left", one => one.Room.Left), ("of", one => one.Room.Of), ("unit", one => one.Room.Unit)),
            ResultTable.Of("stranded", report.Stranded, ("kind", one => one.Kind), ("left", one => one.Left), ("unit", one => one.Unit), ("because", one => string.Join("; ", one.Because))),
            .. Trial(report),
            .. WhatIfTables.Of(report.WhatIf),
        ];
    }

    private static IEnumerable<ResultTable> Trial(CapacityReport report) => report.Trial is not { } trial ? [] :
    [
        ResultTable.Of(
            "twin_failures", trial.Failures,
            ("quarter", one => one.Quarter), ("need", one => one.Need), ("asked", one => one.Asked), ("given_mean", one => one.Given.Mean), ("given_margin", one => one.Given.Margin),
            ("percent_mean", one => one.Percent.Mean), ("percent_margin", one => one.Percent.Margin), ("percent_least", one => one.Percent.Least), ("percent_needed", one => one.LeastPercent),
            ("time_all_served_percent_mean", one => one.FullPercent?.Mean ?? double.NaN), ("time_all_served_percent_margin", one => one.FullPercent?.Margin ?? double.NaN)),
        ResultTable.Of(
            "twin_outages", trial.Outages,
            ("quarter", one => one.Quarter), ("state", one => one.State), ("need", one => one.Need), ("asked", one => one.Asked), ("given", one => one.Given),
            ("recovery_seconds", one => one.RecoverySeconds ?? double.NaN)),
    ];
}
