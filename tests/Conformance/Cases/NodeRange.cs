using System.Text.RegularExpressions;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>Reads a range of nodes such as <c>node09-16</c>: a name, the first number and the last, equally wide.</summary>
internal static partial class NodeRange
{
    public static IReadOnlySet<string> Of(string text, CaseHall hall)
    {
        var range = Range().Match(text);
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (!range.Success)
        {
            names.Add(text);
        }
        else
        {
            var (first, last) = (range.Groups["first"].Value, range.Groups["last"].Value);
            for (var number = int.Parse(first, System.Globalization.CultureInfo.InvariantCulture); number <= int.Parse(last, System.Globalization.CultureInfo.InvariantCulture); number++)
                names.Add(range.Groups["name"].Value + number.ToString(new string('0', first.Length), System.Globalization.CultureInfo.InvariantCulture));
        }
        foreach (var name in names)
            _ = hall.Node(name);
        return names;
    }

    [GeneratedRegex(@"^(?<name>\D*)(?<first>\d+)-(?<last>\d+)$")]
    private static partial Regex Range();
}
