using System.Globalization;

namespace ControlPlane.Simulation.Results;

/// <summary>Results as a table: named columns of whole numbers, numbers or text, all of one length.</summary>
/// <param name="Name">What it holds; the name of its file.</param>
/// <param name="Columns">The columns.</param>
public sealed record ResultTable(string Name, IReadOnlyList<ResultColumn> Columns)
{
    /// <summary>How many rows.</summary>
    public int Rows => Columns.Count == 0 ? 0 : Columns[0].Count;

    /// <summary>A table of records.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="name">What it holds.</param>
    /// <param name="records">The records.</param>
    /// <param name="columns">How a column comes of each: a long, a double or a string.</param>
    /// <exception cref="ArgumentException">A column gives something else.</exception>
    public static ResultTable Of<T>(string name, IReadOnlyList<T> records, params IReadOnlyList<(string Name, Func<T, object> Of)> columns)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(columns);
        return new ResultTable(name, [.. columns.Select(column => Column(column.Name, [.. records.Select(column.Of)]))]);
    }

    /// <summary>Writes it as comma-separated values with a header; what has a comma, a quote or a line break is quoted (RFC 4180).</summary>
    public void WriteCsv(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(string.Join(',', Columns.Select(column => Quoted(column.Name))) + "\n");
        for (var row = 0; row < Rows; row++)
            writer.Write(string.Join(',', Columns.Select(column => Quoted(column.Text(row)))) + "\n");
    }

    // A column without rows has no type of its own; it is one of numbers.
    private static ResultColumn Column(string name, object[] values) => values.Length == 0 ? new NumberColumn(name, []) : values[0] switch
    {
        long => new WholeColumn(name, [.. values.Cast<long>()]),
        double => new NumberColumn(name, [.. values.Cast<double>()]),
        string => new TextColumn(name, [.. values.Cast<string>()]),
        var other => throw new ArgumentException($"Column {name} is of {other.GetType().Name}; a long, a double or a string was expected."),
    };

    private static string Quoted(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : text;
}

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
public abstract record ResultColumn(string Name)
{
    /// <summary>How many values.</summary>
    public abstract int Count { get; }

    /// <summary>A value as text; numbers so that they are read back as they are.</summary>
    public abstract string Text(int row);
}

/// <summary>Whole numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">The values.</param>
public sealed record WholeColumn(string Name, IReadOnlyList<long> Values) : ResultColumn(Name)
{
    /// <inheritdoc/>
    public override int Count => Values.Count;

    /// <inheritdoc/>
    public override string Text(int row) => Values[row].ToString(CultureInfo.InvariantCulture);
}

/// <summary>Numbers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">The values.</param>
public sealed record NumberColumn(string Name, IReadOnlyList<double> Values) : ResultColumn(Name)
{
    /// <inheritdoc/>
    public override int Count => Values.Count;

    /// <inheritdoc/>
    public override string Text(int row) => Values[row].ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>Text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">The values.</param>
public sealed record TextColumn(string Name, IReadOnlyList<string> Values) : ResultColumn(Name)
{
    /// <inheritdoc/>
    public override int Count => Values.Count;

    /// <inheritdoc/>
    public override string Text(int row) => Values[row];
}
