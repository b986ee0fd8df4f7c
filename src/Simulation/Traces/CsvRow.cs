using System.Globalization;

namespace ControlPlane.Simulation;

/// <summary>One line of a <see cref="CsvTable"/>; what cannot be read is reported with its place.</summary>
internal sealed class CsvRow(string file, int line, string[] cells, Dictionary<string, int> columns)
{
    public string Text(string column) => cells[columns[column]].Trim();

    /// <summary>The text, or empty where the file has no such column.</summary>
    public string TextOrEmpty(string column) => columns.TryGetValue(column, out var index) ? cells[index].Trim() : "";

    public string Name(string column)
    {
        var text = Text(column);
        return text.Length > 0 ? text : throw Wrong(column, "a name was expected");
    }

    public long Whole(string column, long least, long most)
    {
        var read = long.TryParse(Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
        return read && value >= least && value <= most
            ? value
            : throw Wrong(column, $"a whole number from {least} to {most} was expected, not '{Text(column)}'");
    }

    public double Number(string column, double least, double most)
    {
        var read = double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var value);
        return read && value >= least && value <= most
            ? value
            : throw Wrong(column, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most} was expected, not '{Text(column)}'"));
    }

    public int Count(string column, int least = 0, int most = int.MaxValue) => (int)Whole(column, least, most);

    public TraceFormatException Wrong(string column, string right) => new(file, line, column, right);
}
