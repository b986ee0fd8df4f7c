namespace ControlPlane.Simulation.Results;

/// <summary>The course of figures over time as inline SVG.</summary>
public static class CourseChart
{
    private const int Width = 900;
    private const int Height = 220;
    private const int Left = 60;
    private const int Floor = 180;
    private const int Tall = 155;

    // As many as can be told apart in the width of a page.
    private const int MostPoints = 400;

    /// <summary>A figure over time.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="Values">Its value at the end of each span, 0 or more.</param>
    /// <param name="IsLimit">True for what the others are to stay below.</param>
    public sealed record Series(string Name, IReadOnlyList<double> Values, bool IsLimit = false);

    /// <summary>Lines over the same instants. Where there are more than can be told apart, the greatest of each few is drawn.</summary>
    /// <param name="hours">The instants, in hours.</param>
    /// <param name="series">The figures, each as long as the instants.</param>
    /// <param name="unit">Their unit.</param>
    public static string Draw(IReadOnlyList<double> hours, IReadOnlyList<Series> series, string unit)
    {
        ArgumentNullException.ThrowIfNull(hours);
        ArgumentNullException.ThrowIfNull(series);
        var most = Round(series.SelectMany(one => one.Values).DefaultIfEmpty().Max());
        var (svg, last) = (Svg.Open(Width, Height + 20, unit), Math.Max(1e-9, hours.Count == 0 ? 1 : hours[^1]));
        for (var part = 0; part <= 4; part++)
        {
            var (y, x) = (Floor - (part / 4.0 * Tall), Left + (part / 4.0 * (Width - Left - 20)));
            svg.Append(Svg.Text($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - 20}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><text class=\"soft\" x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Short(most * part / 4)}</text>"));
            svg.Append(Svg.Text($"<text class=\"soft\" x=\"{x:0.#}\" y=\"{Floor + 16}\" text-anchor=\"middle\">{(last >= 72 ? $"day {last / 24 * part / 4:0.#}" : $"{last * part / 4:0.##} h")}</text>"));
        }
        for (var index = 0; index < series.Count; index++)
        {
            var (line, colour) = (series[index], series[index].IsLimit ? "var(--bad)" : Svg.Colour(index));
            var points = Points(hours, line.Values).Select(point => Svg.Text($"{Left + (point.Hour / last * (Width - Left - 20)):0.#},{Floor - (point.Value / most * Tall):0.#}"));
            svg.Append(Svg.Text($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"{(line.IsLimit ? " stroke-dasharray=\"5 4\"" : "")} points=\"{string.Join(' ', points)}\"><title>{Svg.Safe(line.Name)}</title></polyline>"));
            var legend = Left + (index * (Width - Left) / Math.Max(4, series.Count));
            svg.Append(Svg.Text($"<rect x=\"{legend}\" y=\"{Height + 2}\" width=\"10\" height=\"10\" fill=\"{colour}\"/><text x=\"{legend + 15}\" y=\"{Height + 11}\">{Svg.Safe(line.Name)}</text>"));
        }
        return svg.Append(Svg.Text($"<text x=\"2\" y=\"11\">{Svg.Safe(unit)}</text></svg>")).ToString();
    }

    private static IEnumerable<(double Hour, double Value)> Points(IReadOnlyList<double> hours, IReadOnlyList<double> values)
    {
        var few = Math.Max(1, (values.Count + MostPoints - 1) / MostPoints);
        if (values.Count > 0)
            yield return (0, values[0]);
        for (var at = 0; at < values.Count; at += few)
            yield return (hours[Math.Min(at + few, values.Count) - 1], Enumerable.Range(at, Math.Min(few, values.Count - at)).Max(index => values[index]));
    }

    // The scale ends at the next number that divides well into four.
    private static double Round(double most)
    {
        if (!(most > 0))
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return power * (most / power) switch { <= 1 => 1, <= 2 => 2, <= 4 => 4, <= 6 => 6, <= 8 => 8, _ => 10 };
    }

    private static string Short(double value) => value switch
    {
        >= 1e9 => Svg.Text($"{value / 1e9:0.##} G"),
        >= 1e6 => Svg.Text($"{value / 1e6:0.##} M"),
        >= 1e4 => Svg.Text($"{value / 1e3:0.##} k"),
        _ => Svg.Text($"{value:0.##}"),
    };
}
