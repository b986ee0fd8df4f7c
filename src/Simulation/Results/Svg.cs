using System.Globalization;
using System.Net;
using System.Text;

namespace ControlPlane.Simulation.Results;

/// <summary>What charts share.</summary>
internal static class Svg
{
    private static readonly string[] Colours = ["#4a7ebb", "#d08a2e", "#5b9a5a", "#b85c80", "#8580c4", "#9a8a6a"];

    /// <summary>A colour that is told from its neighbours on light and on dark.</summary>
    public static string Colour(int index) => Colours[index % Colours.Length];

    public static StringBuilder Open(int width, int height, string label) =>
        new(Text($"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{Safe(label)}\">"));

    public static string Safe(string text) => WebUtility.HtmlEncode(text);

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
