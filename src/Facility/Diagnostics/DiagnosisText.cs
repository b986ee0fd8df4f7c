using System.Text;

namespace ControlPlane.Facility.Diagnostics;

/// <summary>A diagnosis as a page for a person.</summary>
public static class DiagnosisText
{
    private static readonly string[] Heads = ["CHECK", "MEASURED", "REQUIRED", "VERDICT", "WHY"];

    /// <summary>A verdict in words: passed, failed or not judged.</summary>
    public static string Word(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Passed => "passed",
        CheckVerdict.Failed => "failed",
        CheckVerdict.NotJudged => "not judged",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "There is no such verdict."),
    };

    /// <summary>A table for every device, and a last line that says what it comes to.</summary>
    public static string Of(IReadOnlyList<DeviceDiagnosis> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        var text = new StringBuilder();
        foreach (var device in devices)
        {
            text.AppendLine($"{device.Device}  {device.Name}");
            Table(text, [Heads, .. device.Checks.Select(check => (string[])[check.Check, check.Measured, check.Required, Word(check.Verdict), check.Why])]);
            text.AppendLine();
        }
        var failed = devices.Where(device => device.Verdict == CheckVerdict.Failed).Select(device => device.Device).ToList();
        var unjudged = devices.Sum(device => device.Checks.Count(check => check.Verdict == CheckVerdict.NotJudged));
        text.Append(failed.Count > 0 ? $"FAILED: {string.Join(", ", failed)}." : devices.All(device => device.Verdict == CheckVerdict.Passed) ? "PASSED." : "NOT JUDGED.");
        return text.Append(unjudged > 0 ? FormattableString.Invariant($" {unjudged} checks were not judged.") : "").ToString();
    }

    private static void Table(StringBuilder text, IReadOnlyList<string[]> rows)
    {
        var widths = Heads.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
