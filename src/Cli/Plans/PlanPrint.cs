using System.Globalization;
using ControlPlane.Planning.Capacity;
using ControlPlane.Planning.Trials;
using ControlPlane.Planning.WhatIf;

namespace ControlPlane.Cli.Plans;

/// <summary>A capacity report as tables of text.</summary>
internal static class PlanPrint
{
    public static void Print(CapacityReport report)
    {
        Console.WriteLine($"{(report.Fits ? "fits" : report.IsWhole ? "does not fit" : "stopped")}: {report.Status}");
        if (report.Quarters.Count > 0)
            PrintPlan(report);
        foreach (var (quarter, percent) in report.ServedPercent.Where(one => one.Value < 100))
            Console.WriteLine(Text($"{quarter}: {percent:0.0} % of the demand fits"));
        foreach (var way in report.Relaxations)
            Console.WriteLine($"{report.FirstShort} would fit with {way.What}: {string.Join("; ", way.Steps)}");
        foreach (var problem in report.Problems)
            Console.WriteLine("violated: " + problem);
    }

    private static void PrintPlan(CapacityReport report)
    {
        Table.Print(["QUARTER", "RACKS", "NEW", "GPUS", "METER", "TOKENS/S", "TOKENS/S/MW", "$/QUARTER", "BINDS", "NEXT"], report.Quarters.Select(quarter => (IReadOnlyList<string>)
        [
            quarter.Quarter, Text($"{quarter.Racks.Sum(row => row.Count)}"),
            Text($"{string.Join(" ", quarter.Racks.Where(row => row.Added > 0).GroupBy(row => row.Type).Select(type => $"{type.Sum(row => row.Added)}x{type.Key}"))}"),
            Text($"{quarter.Gpus}"), Table.Watts(quarter.MeterWatts), Text($"{quarter.TokensPerSecond}"), Text($"{quarter.TokensPerSecondPerMegawatt}"),
            Text($"{quarter.Dollars}"), Room(quarter.Binding), Room(quarter.Next),
        ]));
        Console.WriteLine();
        Table.Print(["ORDER BY", "FOR", "RACKS", "TYPE", "DOLLARS"], report.Orders.Select(order => (IReadOnlyList<string>)
            [Text($"{order.OrderBy:yyyy-MM-dd}"), order.Quarter, Text($"{order.Count}"), order.Type, Text($"{order.Dollars}")]));
        Console.WriteLine();
        Table.Print(["NEED", "QUARTER", "ASKED", "$/MTOKEN", "KWH/MTOKEN"], report.Quarters[^1].Needs.Select(need => (IReadOnlyList<string>)
            [need.Need, report.Quarters[^1].Quarter, Text($"{need.Asked}"), Text($"{need.DollarsPerMillionTokens}"), Text($"{need.KilowattHoursPerMillionTokens}")]));
        Console.WriteLine();
        foreach (var rack in report.Marginal)
            Console.WriteLine(Text($"one more {rack.Type}: {rack.Fits} fit, {rack.Binding} binds; {rack.QuarterDollars} dollars a quarter"));
        if (report.Trial is { } trial)
            PrintTrial(trial);
        foreach (var table in WhatIfTables.Of(report.WhatIf))
        {
            // What is long to read stands in the page and in the tables.
            var columns = table.Columns.Where(column => column.Name is not ("measures" or "source")).ToList();
            Table.Print([.. columns.Select(column => column.Name.Replace('_', ' ').ToUpperInvariant())], Enumerable.Range(0, table.Rows).Select(row => (IReadOnlyList<string>)[.. columns.Select(column => column.Text(row))]));
            Console.WriteLine();
        }
        foreach (var left in report.Stranded)
            Console.WriteLine($"stranded once full: {(left.Unit == "W" ? Table.Watts(left.Left) : Text($"{left.Left} {left.Unit}"))} of {left.Kind}, because of {string.Join(", ", left.Because)}");
    }

    private static void PrintTrial(TrialReport trial)
    {
        Console.WriteLine();
        Table.Print(["IN THE TWIN", "NEED", "ASKED", "GIVEN", "PERCENT", "TIME ALL SERVED", "ENOUGH"], trial.Failures.Select(one => (IReadOnlyList<string>)
        [
            one.Quarter, one.Need, Text($"{one.Asked:0}"), Text($"{one.Given.Mean:0} +- {one.Given.Margin:0}"), Text($"{one.Percent.Mean:0.###} +- {one.Percent.Margin:0.###}"),
            one.FullPercent is { } full ? Text($"{full.Mean:0.##} +- {full.Margin:0.##} %") : "-", one.Holds ? "yes" : "NO",
        ]));
        Console.WriteLine(trial.OutagesInWords);
        Console.WriteLine();
    }

    private static string Room(KindRoom? room) => room is null ? "-" : Text($"{room.Kind} +{room.MoreRacks}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
