using System.Globalization;
using System.Net;
using System.Text;

namespace ControlPlane.Planning.Capacity;

/// <summary>Pictures of a plan as inline SVG.</summary>
internal static class PlanCharts
{
    private const int Width = 900;
    private const int Height = 240;
    private const int Floor = 200;
    private const int Left = 50;

    private static readonly string[] Colours = ["#35618e", "#d08a2e", "#5b8c5a", "#a4506c", "#6f6aa8", "#8a7a5c"];

    /// <summary>Stacked bars, and a line where the limit is.</summary>
    public static string Bars(IReadOnlyList<string> labels, IReadOnlyList<string> parts, Func<int, int, double> value, double? limit, string unit)
    {
        var sums = labels.Select((_, at) => parts.Select((_, part) => value(at, part)).Sum()).ToArray();
        var most = Math.Max(1e-9, Math.Max(sums.Max(), limit ?? 0));
        var (svg, step) = (Open(Height, unit), (Width - Left) / (double)labels.Count);
        for (var at = 0; at < labels.Count; at++)
        {
            var (x, y) = (Left + step * at + step * 0.15, (double)Floor);
            for (var part = 0; part < parts.Count; part++)
            {
                var (one, height) = (value(at, part), value(at, part) / most * 170);
                y -= height;
                svg.Append(Text($"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{step * 0.7:0.#}\" height=\"{height:0.#}\" fill=\"{Colours[part % Colours.Length]}\"><title>{Safe(labels[at])}, {Safe(parts[part])}: {one:0.###} {unit}</title></rect>"));
            }
            svg.Append(Text($"<text x=\"{x + step * 0.35:0.#}\" y=\"{y - 4:0.#}\" text-anchor=\"middle\">{sums[at]:0.##}</text><text x=\"{x + step * 0.35:0.#}\" y=\"{Floor + 15}\" text-anchor=\"middle\">{Safe(labels[at])}</text>"));
        }
        if (limit is { } line)
            svg.Append(Text($"<line x1=\"{Left}\" x2=\"{Width}\" y1=\"{Floor - line / most * 170:0.#}\" y2=\"{Floor - line / most * 170:0.#}\" stroke=\"#b3261e\" stroke-dasharray=\"5 4\"/><text x=\"2\" y=\"{Floor - line / most * 170 + 4:0.#}\">{line:0.##}</text>"));
        for (var part = 0; part < parts.Count; part++)
            svg.Append(Text($"<rect x=\"{Left + part * 180}\" y=\"224\" width=\"10\" height=\"10\" fill=\"{Colours[part % Colours.Length]}\"/><text x=\"{Left + part * 180 + 15}\" y=\"233\">{Safe(parts[part])}</text>"));
        return svg.Append(Text($"<text x=\"2\" y=\"12\">{unit}</text></svg>")).ToString();
    }

    /// <summary>One bar a line, the shortest first, with what is to be said of it.</summary>
    public static string Lines(IReadOnlyList<(string Name, double Value, string Note)> lines)
    {
        var most = Math.Max(1, lines.Max(line => line.Value));
        var svg = Open(lines.Count * 24 + 8, "waterfall");
        for (var at = 0; at < lines.Count; at++)
        {
            var y = 4 + at * 24;
            svg.Append(Text($"<text x=\"2\" y=\"{y + 14}\">{Safe(lines[at].Name)}</text><rect x=\"90\" y=\"{y + 3}\" width=\"{Math.Max(2, lines[at].Value / most * 330):0.#}\" height=\"14\" fill=\"{(at == 0 ? "#b3261e" : Colours[0])}\"/><text x=\"{96 + Math.Max(2, lines[at].Value / most * 330):0.#}\" y=\"{y + 14}\">{Safe(lines[at].Note)}</text>"));
        }
        return svg.Append("</svg>").ToString();
    }

    private static StringBuilder Open(int height, string label) =>
        new(Text($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Safe(label)}\">"));

    private static string Safe(string text) => WebUtility.HtmlEncode(text);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
