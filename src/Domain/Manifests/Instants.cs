using System.Globalization;

namespace ControlPlane.Domain.Manifests;

/// <summary>Instants as manifests write them: ISO 8601 with the offset from UTC, so that nobody has to guess the zone.</summary>
public static class Instants
{
    /// <summary>How an instant must look, for messages.</summary>
    public const string Rule = "an instant with its offset, such as 2027-01-15T22:00:00Z or 2027-01-15T22:00:00+01:00";

    /// <summary>The rule as a regular expression.</summary>
    public const string Pattern = @"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)$";

    private static readonly string[] Formats = [.. from time in (string[])["HH:mm", "HH:mm:ss", "HH:mm:ss.FFFFFFF"] select $"yyyy-MM-ddT{time}K"];

    /// <summary>Reads an instant; years from 2000 to 2200.</summary>
    public static bool TryParse(string text, out DateTimeOffset value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = default;
        var hasOffset = text.Length > 16 && (text[^1] == 'Z' || text[^6] is '+' or '-');
        return hasOffset
            && DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out value)
            && value.Year is >= 2000 and <= 2200;
    }

    /// <summary>Writes an instant so that <see cref="TryParse"/> reads it back, in UTC.</summary>
    public static string Format(DateTimeOffset value) =>
        value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + "Z";
}
