using System.Globalization;
using System.Net;
using System.Text;

namespace ControlPlane.Simulation.Results;

/// <summary>A page that asks for nothing else: headings, sentences, pictures and tables, read on light and on dark.</summary>
public sealed class ReportPage
{
    private const string Style =
        ":root{color-scheme:light dark;--ink:#1c2430;--paper:#fff;--line:#d8dde5;--soft:#5a6676;--bad:#b3261e;--good:#1b6e3c}" +
        "@media(prefers-color-scheme:dark){:root{--ink:#e3e8ef;--paper:#14181f;--line:#333b47;--soft:#9aa6b5;--bad:#ff8a80;--good:#7fd39b}}" +
        "body{font:15px/1.45 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper)}" +
        "h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .4rem}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px}" +
        "td,th{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}.n{text-align:right;font-variant-numeric:tabular-nums}" +
        ".no{color:var(--bad)}.yes{color:var(--good)}svg{width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:var(--ink)}.soft{fill:var(--soft)}.grid{stroke:var(--line)}";

    private readonly StringBuilder _text;

    /// <summary>Begins a page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="verdict">What is said beside it, or null.</param>
    /// <param name="isGood">Whether that is good.</param>
    public ReportPage(string title, string? verdict = null, bool isGood = true)
    {
        _text = new StringBuilder($"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Safe(title)}</title><style>{Style}</style>");
        _text.Append($"<h1>{Safe(title)}{(verdict is null ? "" : $": <span class=\"{(isGood ? "yes" : "no")}\">{Safe(verdict)}</span>")}</h1>");
    }

    /// <summary>A heading.</summary>
    public ReportPage Heading(string text) => Add($"<h2>{Safe(text)}</h2>");

    /// <summary>A sentence; one that tells of a fault stands out.</summary>
    public ReportPage Sentence(string text, bool isFault = false) => Add($"<p{(isFault ? " class=\"no\"" : "")}>{Safe(text)}</p>");

    /// <summary>A picture, as the charts give it.</summary>
    public ReportPage Picture(string svg) => Add(svg);

    /// <summary>A table; cells that are numbers stand at the right.</summary>
    public ReportPage Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        ArgumentNullException.ThrowIfNull(heads);
        ArgumentNullException.ThrowIfNull(rows);
        _text.Append("<div class=\"wide\"><table><tr>").AppendJoin("", heads.Select(head => $"<th>{Safe(head)}</th>")).Append("</tr>");
        foreach (var row in rows)
            _text.Append("<tr>").AppendJoin("", row.Select(cell => $"<td{(double.TryParse(cell, CultureInfo.InvariantCulture, out _) ? " class=\"n\"" : "")}>{Safe(cell)}</td>")).Append("</tr>");
        _text.Append("</table></div>");
        return this;
    }

    /// <summary>A result table under its heading.</summary>
    public ReportPage Table(ResultTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return Table([.. table.Columns.Select(column => column.Name.Replace('_', ' '))], Enumerable.Range(0, table.Rows).Select(row => (IReadOnlyList<string>)[.. table.Columns.Select(column => column.Text(row))]));
    }

    /// <summary>The page.</summary>
    public override string ToString() => _text + "</html>\n";

    private ReportPage Add(string text)
    {
        _text.Append(text);
        return this;
    }

    private static string Safe(string text) => WebUtility.HtmlEncode(text);
}
