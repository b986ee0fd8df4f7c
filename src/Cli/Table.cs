namespace ControlPlane.Cli;

/// <summary>Prints rows in columns as wide as their widest cell.</summary>
internal static class Table
{
    public static void Print(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        List<IReadOnlyList<string>> all = [heads, .. rows];
        var widths = heads.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all)
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => column == row.Count - 1 ? cell : cell.PadRight(widths[column]))).TrimEnd());
    }

    public static string Watts(double? watts) => watts is not { } value ? "unknown" : Domain.Units.Watts.FromWatts(value).ToString();
}
