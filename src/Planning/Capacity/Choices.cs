namespace ControlPlane.Planning.Capacity;

/// <summary>What would be right where a name was not.</summary>
internal static class Choices
{
    public static string Among(string given, IEnumerable<string> known)
    {
        var all = known.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var same = all.Find(name => name.Equals(given, StringComparison.OrdinalIgnoreCase));
        if (same is not null)
            return $"did you mean '{same}'?";
        return all.Count == 0 ? "none is declared" : "use one of: " + string.Join(", ", all.Take(20));
    }
}
