using ControlPlane.Simulation.Results;
using Parquet;
using Parquet.Schema;

namespace ControlPlane.Cli;

/// <summary>Writes results: a summary as JSON, a page, tables as CSV and Parquet. A file is there whole or not at all.</summary>
internal static class ResultFiles
{
    /// <summary>The forms in which tables are written.</summary>
    public static string[] Forms { get; } = ["csv", "parquet"];

    /// <summary>The option that chooses among them.</summary>
    public static System.CommandLine.Option<string[]> FormOption()
    {
        var forms = new System.CommandLine.Option<string[]>("--as") { Description = "What tables are written as: csv, parquet or both.", DefaultValueFactory = _ => Forms, AllowMultipleArgumentsPerToken = true };
        forms.AcceptOnlyFromAmong(Forms);
        return forms;
    }

    /// <summary>Writes text files and tables into a folder, which is made where there is none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="texts">Text by the name of its file.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="forms">What they are written as.</param>
    /// <param name="summary">What stands in every Parquet file beside its table: assumptions and seed.</param>
    public static async Task Write(string folder, IEnumerable<(string Name, string Text)> texts, IEnumerable<ResultTable> tables, IReadOnlyList<string> forms, string summary)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in texts)
            await Put(Path.Combine(folder, name), stream => Text(stream, writer => writer.Write(text)));
        foreach (var table in tables)
        {
            if (forms.Contains("csv"))
                await Put(Path.Combine(folder, table.Name + ".csv"), stream => Text(stream, table.WriteCsv));
            if (forms.Contains("parquet"))
                await Put(Path.Combine(folder, table.Name + ".parquet"), stream => Columns(stream, table, summary));
        }
    }

    /// <summary>Writes a file beside its place and moves it there.</summary>
    public static async Task Put(string path, Func<Stream, Task> write)
    {
        var draft = path + ".part";
        await using (var stream = File.Create(draft))
            await write(stream);
        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Writes text.</summary>
    public static async Task Text(Stream stream, Action<TextWriter> write)
    {
        await using var writer = new StreamWriter(stream, leaveOpen: true);
        write(writer);
    }

    // Seed and assumptions stand in the file itself, which may be passed on without the others.
    private static async Task Columns(Stream stream, ResultTable table, string summary)
    {
        var fields = table.Columns.Select(Field).ToArray();
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
        writer.CustomMetadata = new Dictionary<string, string> { ["summary"] = summary };
        using var group = writer.CreateRowGroup();
        for (var column = 0; column < fields.Length; column++)
        {
            await (table.Columns[column] switch
            {
                WholeColumn whole => group.WriteAsync<long>(fields[column], whole.Values.ToArray()),
                NumberColumn number => group.WriteAsync<double>(fields[column], number.Values.ToArray()),
                TextColumn text => group.WriteAsync(fields[column], text.Values.ToArray()),
                var other => throw new System.Diagnostics.UnreachableException(other.Name),
            });
        }
    }

    private static DataField Field(ResultColumn column) => column switch
    {
        WholeColumn => new DataField<long>(column.Name),
        NumberColumn => new DataField<double>(column.Name),
        TextColumn => new DataField(column.Name, typeof(string), isNullable: false),
        var other => throw new System.Diagnostics.UnreachableException(other.Name),
    };
}
