using System.Globalization;
using System.Net;
using System.Text;
using ControlPlane.Planning.Trials;
using ControlPlane.Planning.WhatIf;

namespace ControlPlane.Planning.Capacity;

/// <summary>A plan as one page that asks for nothing else: pictures are drawn in it.</summary>
public static class PlanPage
{
    private const string Style =
        "body{font:15px/1.45 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c2430}h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .4rem}" +
        "table{border-collapse:collapse;width:100%;font-size:13px}td,th{padding:.25rem .6rem;border-bottom:1px solid #d8dde5;text-align:left;vertical-align:top}" +
        ".n{text-align:right;font-variant-numeric:tabular-nums}.no{color:#b3261e}.yes{color:#1b6e3c}svg{width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:#1c2430}";

    /// <summary>The page.</summary>
    /// <param name="name">What the plan is called.</param>
    /// <param name="report">The plan.</param>
    /// <param name="gridWatts">What the grid connection carries, at the meter.</param>
    public static string Write(string name, CapacityReport report, double gridWatts)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Safe(name)}</title><style>{Style}</style>");
        page.Append($"<h1>{Safe(name)}: <span class=\"{(report.Fits ? "yes\">fits" : "no\">does not fit")}</span></h1><p>{Safe(report.Status)}</p>");
        if (report.Quarters.Count > 0)
            WritePlan(page, report, gridWatts);
        else
            WriteShort(page, report);
        foreach (var problem in report.Problems)
            page.Append($"<p class=\"no\">{Safe(problem)}</p>");
        page.Append("<h2>Assumptions</h2>");
        Table(page, ["What", "Assumed"], report.Assumptions.Select(one => (string[])[one.Key, one.Value]));
        return page.Append("</html>\n").ToString();
    }

    private static void WritePlan(StringBuilder page, CapacityReport report, double gridWatts)
    {
        List<string> labels = [.. report.Quarters.Select(quarter => quarter.Quarter)];
        List<string> types = [.. report.Quarters.SelectMany(quarter => quarter.Racks.Select(row => row.Type)).Distinct().Order(StringComparer.Ordinal)];
        page.Append(Text($"<p>{report.Dollars:N0} dollars over {report.Quarters.Count} quarters for write-off and electricity; no plan was shown to cost less than {report.ProvenLeastDollars:N0}.</p>"));
        page.Append("<h2>Racks by quarter</h2>").Append(PlanCharts.Bars(labels, types, (quarter, type) =>
            report.Quarters[quarter].Racks.Where(row => row.Type == types[type]).Sum(row => row.Count), null, "racks"));
        page.Append("<h2>Power at the meter against the grid connection</h2>").Append(PlanCharts.Bars(
            labels, ["provisioned, PUE included"], (quarter, _) => report.Quarters[quarter].MeterWatts / 1e6, gridWatts / 1e6, "MW"));
        page.Append("<h2>Cost of a quarter</h2>").Append(PlanCharts.Bars(labels, ["write-off and electricity"], (quarter, _) => report.Quarters[quarter].Dollars / 1e6, null, "million dollars"));
        var last = report.Quarters[^1];
        page.Append(Text($"<h2>What binds after {last.Quarter}: racks of {Safe(last.ReferenceType)} that each kind of limit alone would still let in</h2>"));
        page.Append(PlanCharts.Lines([.. last.Waterfall.Select(room => (room.Kind, (double)room.MoreRacks, Text($"{room.MoreRacks}; tightest is {room.Tightest} with {room.Left:N0} of {room.Of:N0} {room.Unit} left")))]));
        page.Append("<h2>Orders</h2>");
        Table(page, ["Order by", "For", "Racks", "Type", "Dollars"], report.Orders.Select(one => (string[])[Text($"{one.OrderBy:yyyy-MM-dd}"), one.Quarter, Text($"{one.Count}"), one.Type, Text($"{one.Dollars:N0}")]));
        page.Append("<h2>Tokens</h2>");
        Table(page, ["Quarter", "Need", "Asked", "Given", "Dollars a million tokens", "kWh a million tokens", "Tokens/s a provisioned MW"], report.Quarters.SelectMany(quarter => quarter.Needs.Select(need => (string[])
            [quarter.Quarter, need.Need, Text($"{need.Asked:N0}"), Text($"{need.Given:N0}"), Text($"{need.DollarsPerMillionTokens}"), Text($"{need.KilowattHoursPerMillionTokens}"), Text($"{quarter.TokensPerSecondPerMegawatt:N0}")])));
        page.Append("<h2>One rack more</h2>");
        Table(page, ["Type", "Fit", "Binds", "Dollars a quarter"], report.Marginal.Select(one => (string[])[one.Type, Text($"{one.Fits}"), one.Binding, Text($"{one.QuarterDollars:N0}")]));
        page.Append("<h2>Stranded once no more racks fit</h2>");
        Table(page, ["What", "Left", "Because of"], report.Stranded.Select(one => (string[])[one.Kind, Text($"{one.Left:N0} {one.Unit}"), string.Join(", ", one.Because)]));
        page.Append("<h2>Checked</h2>").Append(Text($"<p>{report.Checks!.JobsPlaced:N0} jobs placed by the product's placer in the halls of the plan; with everything that may be lost out, one at a time, it placed what must go on in {report.Checks.StatesPlaced:N0} states. One at a time may be lost: {Safe(string.Join("; ", report.Checks.LossesSurvived))}.</p>"));
        if (report.Trial is { } trial)
            WriteTrial(page, trial);
        foreach (var table in WhatIfTables.Of(report.WhatIf))
        {
            page.Append($"<h2>What if: {Safe(table.Name.Replace('_', ' '))}</h2>");
            Table(page, [.. table.Columns.Select(column => column.Name.Replace('_', ' '))], Enumerable.Range(0, table.Rows).Select(row => table.Columns.Select(column => column.Text(row)).ToArray()));
        }
    }

    private static void WriteTrial(StringBuilder page, TrialReport trial)
    {
        page.Append("<h2>In the twin, with failures at the stated rate</h2>");
        Table(page, ["Quarter", "Need", "Asked", "Given", "Of what is asked", "Time in which all could be served", "Enough"], TrialSection.Failures(trial));
        page.Append($"<h2>In the twin, with something out</h2><p>{Safe(trial.OutagesInWords)}.</p>");
        Table(page, ["Quarter", "State", "Given", "Back"], TrialSection.Outages(trial));
    }

    private static void WriteShort(StringBuilder page, CapacityReport report)
    {
        page.Append("<h2>How much of the demand fits</h2>").Append(PlanCharts.Bars(
            [.. report.ServedPercent.Keys], ["served"], (quarter, _) => report.ServedPercent.Values.ElementAt(quarter), 100, "percent"));
        page.Append($"<h2>The smallest changes with which {Safe(report.FirstShort ?? "")} would fit</h2>");
        Table(page, ["What", "Changes"], report.Relaxations.Select(one => (string[])[one.What, string.Join("; ", one.Steps)]));
    }

    private static void Table(StringBuilder page, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append("<table><tr>").AppendJoin("", heads.Select(head => $"<th>{Safe(head)}</th>")).Append("</tr>");
        foreach (var row in rows)
            page.Append("<tr>").AppendJoin("", row.Select(cell => $"<td{(double.TryParse(cell, CultureInfo.InvariantCulture, out _) ? " class=\"n\"" : "")}>{Safe(cell)}</td>")).Append("</tr>");
        page.Append("</table>");
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
