using System.Globalization;
using System.Text.RegularExpressions;

namespace ControlPlane.Domain.Manifests;

/// <summary>Durations as people write them: <c>90s</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>, <c>250ms</c>.</summary>
public static partial class Durations
{
    /// <summary>How a duration must look, for messages.</summary>
    public const string Rule = "a duration such as 250ms, 90s, 5m, 1h30m or 2d";

    /// <summary>The rule as a regular expression.</summary>
    public const string Pattern = @"^(\d+(\.\d+)?(ms|s|m|h|d))+$";

    /// <summary>Reads a duration.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = TimeSpan.Zero;
        if (!DurationRegex().IsMatch(text))
            return false;
        var seconds = 0.0;
        foreach (Match part in PartRegex().Matches(text))
        {
            var number = double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture);
            seconds += number * SecondsIn(part.Groups[2].Value);
        }
        if (seconds > TimeSpan.MaxValue.TotalSeconds / 2)
            return false;
        value = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>Writes a duration so that <see cref="TryParse"/> reads it back.</summary>
    public static string Format(TimeSpan value)
    {
        if (value.Ticks % TimeSpan.TicksPerSecond != 0)
            return value.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture) + "ms";
        var seconds = (long)value.TotalSeconds;
        if (seconds == 0)
            return "0s";
        var text = "";
        foreach (var (unit, size) in ((string, long)[])[("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)])
        {
            if (seconds / size > 0)
                text += (seconds / size).ToString(CultureInfo.InvariantCulture) + unit;
            seconds %= size;
        }
        return text;
    }

    private static double SecondsIn(string unit) => unit switch
    {
        "ms" => 0.001,
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => 86_400,
    };

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex DurationRegex();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(ms|s|m|h|d)", RegexOptions.CultureInvariant)]
    private static partial Regex PartRegex();
}
