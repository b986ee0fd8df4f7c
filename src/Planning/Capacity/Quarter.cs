using System.Globalization;
using System.Text.RegularExpressions;

namespace ControlPlane.Planning.Capacity;

/// <summary>A quarter of a calendar year, in UTC.</summary>
/// <param name="Year">2000 to 2200.</param>
/// <param name="Number">1 to 4.</param>
public readonly partial record struct Quarter(int Year, int Number)
{
    /// <summary>Its first instant.</summary>
    public DateTimeOffset Start => new(Year, Number * 3 - 2, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whole hours in it: 2,160 to 2,208.</summary>
    public int Hours => (int)(Plus(1).Start - Start).TotalHours;

    /// <summary>The quarter that comes so many later.</summary>
    public Quarter Plus(int quarters)
    {
        var index = Year * 4 + Number - 1 + quarters;
        return new Quarter(index / 4, index % 4 + 1);
    }

    /// <summary>Reads <c>2027Q1</c>.</summary>
    public static bool TryParse(string text, out Quarter value)
    {
        var match = Form().Match(text);
        value = match.Success ? new Quarter(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value[0] - '0') : default;
        return match.Success && value.Year is >= 2000 and <= 2200;
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"{Year}Q{Number}");

    [GeneratedRegex(@"^(\d{4})Q([1-4])$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
