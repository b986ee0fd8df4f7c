namespace ControlPlane.Simulation.Results;

/// <summary>Bars as inline SVG. Text and lines take the page's colours, so that they are read on light and on dark.</summary>
public static class BarCharts
{
    private const int Width = 900;
    private const int Height = 240;
    private const int Floor = 200;
    private const int Left = 50;

    /// <summary>Stacked bars, and a line where the limit is.</summary>
    /// <param name="labels">One a bar.</param>
    /// <param name="parts">What a bar is stacked of.</param>
    /// <param name="value">The value of a part of a bar, 0 or more.</param>
    /// <param name="limit">The limit, or null.</param>
    /// <param name="unit">The unit.</param>
    public static string Bars(IReadOnlyList<string> labels, IReadOnlyList<string> parts, Func<int, int, double> value, double? limit, string unit)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(value);
        var sums = labels.Select((_, at) => parts.Select((_, part) => value(at, part)).Sum()).ToArray();
        var most = Math.Max(1e-9, Math.Max(sums.DefaultIfEmpty().Max(), limit ?? 0));
        var (svg, step) = (Svg.Open(Width, Height, unit), (Width - Left) / (double)labels.Count);
        for (var at = 0; at < labels.Count; at++)
        {
            var (x, y) = (Left + step * at + step * 0.15, (double)Floor);
            for (var part = 0; part < parts.Count; part++)
            {
                var (one, height) = (value(at, part), value(at, part) / most * 170);
                y -= height;
                svg.Append(Svg.Text($"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{step * 0.7:0.#}\" height=\"{height:0.#}\" fill=\"{Svg.Colour(part)}\"><title>{Svg.Safe(labels[at])}, {Svg.Safe(parts[part])}: {one:0.###} {unit}</title></rect>"));
            }
            svg.Append(Svg.Text($"<text x=\"{x + step * 0.35:0.#}\" y=\"{y - 4:0.#}\" text-anchor=\"middle\">{sums[at]:0.##}</text><text x=\"{x + step * 0.35:0.#}\" y=\"{Floor + 15}\" text-anchor=\"middle\">{Svg.Safe(labels[at])}</text>"));
        }
        if (limit is { } line)
            svg.Append(Svg.Text($"<line x1=\"{Left}\" x2=\"{Width}\" y1=\"{Floor - line / most * 170:0.#}\" y2=\"{Floor - line / most * 170:0.#}\" stroke=\"var(--bad)\" stroke-dasharray=\"5 4\"/><text x=\"2\" y=\"{Floor - line / most * 170 + 4:0.#}\">{line:0.##}</text>"));
        for (var part = 0; part < parts.Count; part++)
            svg.Append(Svg.Text($"<rect x=\"{Left + part * 180}\" y=\"224\" width=\"10\" height=\"10\" fill=\"{Svg.Colour(part)}\"/><text x=\"{Left + part * 180 + 15}\" y=\"233\">{Svg.Safe(parts[part])}</text>"));
        return svg.Append(Svg.Text($"<text x=\"2\" y=\"12\">{unit}</text></svg>")).ToString();
    }

    /// <summary>One bar a line, the shortest first, with what is to be said of it.</summary>
    /// <param name="lines">The lines.</param>
    public static string Lines(IReadOnlyList<(string Name, double Value, string Note)> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var most = Math.Max(1, lines.Max(line => line.Value));
        var svg = Svg.Open(Width, lines.Count * 24 + 8, "waterfall");
        for (var at = 0; at < lines.Count; at++)
        {
            var y = 4 + at * 24;
            svg.Append(Svg.Text($"<text x=\"2\" y=\"{y + 14}\">{Svg.Safe(lines[at].Name)}</text><rect x=\"90\" y=\"{y + 3}\" width=\"{Math.Max(2, lines[at].Value / most * 330):0.#}\" height=\"14\" fill=\"{(at == 0 ? "var(--bad)" : Svg.Colour(0))}\"/><text x=\"{96 + Math.Max(2, lines[at].Value / most * 330):0.#}\" y=\"{y + 14}\">{Svg.Safe(lines[at].Note)}</text>"));
        }
        return svg.Append("</svg>").ToString();
    }
}
