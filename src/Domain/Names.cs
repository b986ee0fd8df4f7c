using System.Text.RegularExpressions;

namespace ControlPlane.Domain;

/// <summary>What may be a name: lower-case letters, digits and inner dashes, first a letter, 1 to 63 characters (a DNS label).</summary>
public static partial class Names
{
    /// <summary>How a name must look, for messages.</summary>
    public const string Rule =
        "1 to 63 lower-case letters, digits or dashes, starting with a letter and not ending with a dash";

    /// <summary>The rule as a regular expression.</summary>
    public const string Pattern = "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$";

    /// <summary>True when <paramref name="name"/> follows <see cref="Rule"/>.</summary>
    public static bool IsValid(string? name) => name is not null && NameRegex().IsMatch(name);

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex NameRegex();
}
