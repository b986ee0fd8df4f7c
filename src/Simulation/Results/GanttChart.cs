namespace ControlPlane.Simulation.Results;

/// <summary>Jobs over time as inline SVG: thin while they wait, thick from their first start to their end.</summary>
public static class GanttChart
{
    private const int Width = 900;
    private const int Left = 150;
    private const int Step = 16;

    /// <summary>A job.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Submitted">When it came, in hours.</param>
    /// <param name="Started">When it first started; null for not yet.</param>
    /// <param name="Ended">When it ended; null for not yet.</param>
    /// <param name="Note">What else is to be said of it.</param>
    /// <param name="IsTroubled">True when failures or evictions met it.</param>
    public sealed record Bar(string Name, double Submitted, double? Started, double? Ended, string Note, bool IsTroubled);

    /// <summary>Draws them, one a line.</summary>
    /// <param name="bars">The jobs, in order.</param>
    /// <param name="hours">Until when, above 0.</param>
    public static string Draw(IReadOnlyList<Bar> bars, double hours)
    {
        ArgumentNullException.ThrowIfNull(bars);
        var svg = Svg.Open(Width, (bars.Count * Step) + 24, "jobs");
        double X(double hour) => Left + (Math.Clamp(hour / hours, 0, 1) * (Width - Left - 20));
        for (var at = 0; at < bars.Count; at++)
        {
            var (bar, y) = (bars[at], 4 + (at * Step));
            var (start, end) = (X(bar.Started ?? bar.Ended ?? hours), X(bar.Ended ?? hours));
            svg.Append(Svg.Text($"<text x=\"{Left - 6}\" y=\"{y + 10}\" text-anchor=\"end\">{Svg.Safe(bar.Name)}</text>"));
            svg.Append(Svg.Text($"<rect x=\"{X(bar.Submitted):0.#}\" y=\"{y + 5}\" width=\"{Math.Max(0, start - X(bar.Submitted)):0.#}\" height=\"2\" fill=\"{Svg.Colour(5)}\"/>"));
            if (bar.Started is not null)
                svg.Append(Svg.Text($"<rect x=\"{start:0.#}\" y=\"{y}\" width=\"{Math.Max(1, end - start):0.#}\" height=\"12\" rx=\"2\" fill=\"{Svg.Colour(bar.IsTroubled ? 1 : 0)}\"{(bar.Ended is null ? " opacity=\"0.6\"" : "")}><title>{Svg.Safe(bar.Name)}: {Svg.Safe(bar.Note)}</title></rect>"));
        }
        for (var part = 0; part <= 4; part++)
            svg.Append(Svg.Text($"<text class=\"soft\" x=\"{X(hours * part / 4):0.#}\" y=\"{(bars.Count * Step) + 18}\" text-anchor=\"middle\">{(hours >= 72 ? $"day {hours / 24 * part / 4:0.#}" : $"{hours * part / 4:0.##} h")}</text>"));
        return svg.Append("</svg>").ToString();
    }
}
