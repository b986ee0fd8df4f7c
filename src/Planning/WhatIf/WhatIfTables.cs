using System.Globalization;
using ControlPlane.Simulation.Results;

namespace ControlPlane.Planning.WhatIf;

/// <summary>Answers to what-if questions as tables.</summary>
public static class WhatIfTables
{
    /// <summary>One table a kind of question that was asked.</summary>
    public static IReadOnlyList<ResultTable> Of(WhatIfReport? report)
    {
        if (report is null)
            return [];
        var all = new List<ResultTable>();
        if (report.Curtailments.Count > 0)
        {
            all.Add(ResultTable.Of(
                "curtailments", report.Curtailments,
                ("name", one => one.Name), ("quarter", one => one.Quarter), ("grid_takes_percent", one => (long)one.Percent), ("meter_watts", one => one.MeterWatts),
                ("placed_meter_watts", one => one.PlacedMeterWatts), ("served_percent", one => one.ServedPercent), ("training_percent", one => one.TrainingPercent ?? double.NaN),
                ("needed_percent", one => (long)one.NeededPercent), ("kilowatt_hours_not_drawn", one => one.EnergyKilowattHours), ("measures", one => string.Join("; ", one.Measures)), ("holds", one => Said(one.Holds))));
        }
        if (report.WarmWaters.Count > 0)
        {
            all.Add(ResultTable.Of(
                "warm_water", report.WarmWaters,
                ("name", one => one.Name), ("quarter", one => one.Quarter), ("kelvin", one => one.Kelvin), ("free_kelvin", one => one.FreeKelvin ?? double.NaN), ("served_percent", one => one.ServedPercent),
                ("training_percent", one => one.TrainingPercent ?? double.NaN), ("needed_percent", one => (long)one.NeededPercent), ("measures", one => string.Join("; ", one.Measures)), ("holds", one => Said(one.Holds))));
        }
        if (report.Maintenances.Count > 0)
        {
            all.Add(ResultTable.Of(
                "maintenance", report.Maintenances,
                ("name", one => one.Name), ("quarter", one => one.Quarter), ("type", one => one.Type), ("racks", one => (long)one.Racks), ("out_at_any_hour", one => (long)one.AtPeak),
                ("out_in_window", one => (long)one.AtQuietest), ("window", one => Window(one)), ("windows", one => (double?)one.Lots ?? double.NaN), ("days", one => one.Days ?? double.NaN), ("holds", one => Said(one.Holds))));
        }
        if (report.Bookings.Count > 0)
        {
            all.Add(ResultTable.Of(
                "booking", [.. report.Bookings.SelectMany(one => one.MoreRacks.Select(racks => (one, racks)))],
                ("name", one => one.one.Name), ("source", one => one.one.Source), ("seconds", one => (long)one.one.Seconds), ("p50", one => one.one.MedianShare), ("p95", one => one.one.HighShare), ("p99", one => one.one.HighestShare),
                ("armed_caps_hold", one => one.one.MostArmed), ("factor", one => one.one.Factor), ("capped_minutes_a_day", one => one.one.CappedMinutesADay),
                ("type", one => one.racks.Type), ("more_racks_as_rated", one => (long)one.racks.AsRated), ("more_racks_booked", one => (long)one.racks.Booked), ("then_binds", one => one.racks.Binds)));
        }
        return all;
    }

    private static string Said(bool holds) => holds ? "yes" : "NO";

    private static string Window(MaintenanceAnswer answer) =>
        string.Create(CultureInfo.InvariantCulture, $"{answer.WindowStart:00}:00 to {(answer.WindowStart + answer.WindowHours) % 24:00}:00");
}
