using System.Globalization;
using ControlPlane.Planning.Trials;
using ControlPlane.Planning.WhatIf;
using ControlPlane.Simulation.Results;

namespace ControlPlane.Planning.Capacity;

/// <summary>A plan as one page that asks for nothing else: pictures are drawn in it.</summary>
public static class PlanPage
{
    /// <summary>The page.</summary>
    /// <param name="name">What the plan is called.</param>
    /// <param name="report">The plan.</param>
    /// <param name="gridWatts">What the grid connection carries, at the meter.</param>
    public static string Write(string name, CapacityReport report, double gridWatts)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new ReportPage(name, report.Fits ? "fits" : report.IsWhole ? "does not fit" : "stopped", report.Fits).Sentence(report.Status);
        foreach (var problem in report.Problems)
            page.Sentence(problem, isFault: true);
        if (report.Quarters.Count > 0)
            WritePlan(page, report, gridWatts);
        else
            WriteShort(page, report);
        return page.Heading("Assumptions").Table(["What", "Assumed"], report.Assumptions.Select(one => (string[])[one.Key, one.Value])).ToString();
    }

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void WritePlan(ReportPage page, CapacityReport report, double gridWatts)
    {
        page.Sentence(Text($"{report.Dollars:N0} dollars over {report.Quarters.Count} quarters for write-off and electricity; no plan was shown to cost less than {report.ProvenLeastDollars:N0}."));
        Pictures(page, report, gridWatts);
        page.Heading("Orders").Table(["Order by", "For", "Racks", "Type", "Dollars"], report.Orders.Select(one => (string[])[Text($"{one.OrderBy:yyyy-MM-dd}"), one.Quarter, Text($"{one.Count}"), one.Type, Text($"{one.Dollars:N0}")]));
        page.Heading("Tokens").Table(["Quarter", "Need", "Asked", "Given", "Dollars a million tokens", "kWh a million tokens", "Tokens/s a provisioned MW"], report.Quarters.SelectMany(quarter => quarter.Needs.Select(need => (string[])
            [quarter.Quarter, need.Need, Text($"{need.Asked:N0}"), Text($"{need.Given:N0}"), Text($"{need.DollarsPerMillionTokens}"), Text($"{need.KilowattHoursPerMillionTokens}"), Text($"{quarter.TokensPerSecondPerMegawatt:N0}")])));
        page.Heading("One rack more").Table(["Type", "Fit", "Binds", "Dollars a quarter"], report.Marginal.Select(one => (string[])[one.Type, Text($"{one.Fits}"), one.Binding, Text($"{one.QuarterDollars:N0}")]));
        page.Heading("Stranded once no more racks fit").Table(["What", "Left", "Because of"], report.Stranded.Select(one => (string[])[one.Kind, Text($"{one.Left:N0} {one.Unit}"), string.Join(", ", one.Because)]));
        page.Heading("Checked").Sentence(Text($"{report.Checks!.JobsPlaced:N0} jobs placed by the product's placer in the halls of the plan; with everything that may be lost out, one at a time, it placed what must go on in {report.Checks.StatesPlaced:N0} states. One at a time may be lost: {string.Join("; ", report.Checks.LossesSurvived)}."));
        if (report.Trial is { } trial)
            WriteTrial(page, trial);
        foreach (var table in WhatIfTables.Of(report.WhatIf))
            page.Heading($"What if: {table.Name.Replace('_', ' ')}").Table(table);
    }

    private static void Pictures(ReportPage page, CapacityReport report, double gridWatts)
    {
        List<string> labels = [.. report.Quarters.Select(quarter => quarter.Quarter)];
        List<string> types = [.. report.Quarters.SelectMany(quarter => quarter.Racks.Select(row => row.Type)).Distinct().Order(StringComparer.Ordinal)];
        page.Heading("Racks by quarter").Picture(BarCharts.Bars(labels, types, (quarter, type) =>
            report.Quarters[quarter].Racks.Where(row => row.Type == types[type]).Sum(row => row.Count), null, "racks"));
        page.Heading("Power at the meter against the grid connection").Picture(BarCharts.Bars(
            labels, ["provisioned, PUE included"], (quarter, _) => report.Quarters[quarter].MeterWatts / 1e6, gridWatts / 1e6, "MW"));
        page.Heading("Cost of a quarter").Picture(BarCharts.Bars(labels, ["write-off and electricity"], (quarter, _) => report.Quarters[quarter].Dollars / 1e6, null, "million dollars"));
        var last = report.Quarters[^1];
        page.Heading($"What binds after {last.Quarter}: racks of {last.ReferenceType} that each kind of limit alone would still let in");
        page.Picture(BarCharts.Lines([.. last.Waterfall.Select(room => (room.Kind, (double)room.MoreRacks, Text($"{room.MoreRacks}; tightest is {room.Tightest} with {room.Left:N0} of {room.Of:N0} {room.Unit} left")))]));
    }

    private static void WriteTrial(ReportPage page, TrialReport trial)
    {
        page.Heading("In the twin, with failures at the stated rate").Table(["Quarter", "Need", "Asked", "Given", "Of what is asked", "Time in which all could be served", "Enough"], TrialSection.Failures(trial));
        page.Heading("In the twin, with something out").Sentence(trial.OutagesInWords + ".").Table(["Quarter", "State", "Given", "Back"], TrialSection.Outages(trial));
    }

    private static void WriteShort(ReportPage page, CapacityReport report)
    {
        page.Heading("How much of the demand fits").Picture(BarCharts.Bars(
            [.. report.ServedPercent.Keys], ["served"], (quarter, _) => report.ServedPercent.Values.ElementAt(quarter), 100, "percent"));
        page.Heading($"The smallest changes with which {report.FirstShort} would fit").Table(["What", "Changes"], report.Relaxations.Select(one => (string[])[one.What, string.Join("; ", one.Steps)]));
    }
}
