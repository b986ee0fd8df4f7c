namespace ControlPlane.Simulation;

/// <summary>A comma-separated file with a header and without quoting, as the public traces are written.</summary>
internal sealed class CsvTable
{
    private readonly string _file;
    private readonly TextReader _reader;
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

    public CsvTable(TextReader reader, string file)
    {
        (_reader, _file) = (reader, file);
        Header = reader.ReadLine()?.TrimStart('\uFEFF').TrimEnd('\r')
            ?? throw new TraceFormatException(file, 1, "", "the file is empty; a header line was expected");
        foreach (var name in Header.Split(','))
            _columns.TryAdd(name.Trim(), _columns.Count);
    }

    public string Header { get; }

    public bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>Requires the columns, so that a wrong file is refused at its header.</summary>
    public void Require(params ReadOnlySpan<string> columns)
    {
        foreach (var column in columns)
        {
            if (!Has(column))
                throw new TraceFormatException(_file, 1, column, $"the header must name this column; it names {Header}");
        }
    }

    /// <summary>The rows; empty lines are skipped.</summary>
    public IEnumerable<CsvRow> Rows()
    {
        for (var (line, number) = (_reader.ReadLine(), 2); line is not null; line = _reader.ReadLine(), number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            var cells = line.TrimEnd('\r').Split(',');
            if (cells.Length != _columns.Count)
                throw new TraceFormatException(_file, number, "", $"the line has {cells.Length} fields, the header {_columns.Count}");
            yield return new CsvRow(_file, number, cells, _columns);
        }
    }
}
