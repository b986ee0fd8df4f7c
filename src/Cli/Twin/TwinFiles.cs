using System.Text.Json;
using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Results;
using Parquet;
using Parquet.Schema;

namespace ControlPlane.Cli.Twin;

/// <summary>Writes what a run came to: a summary as JSON, tables as CSV and Parquet. A file is there whole or not at all.</summary>
internal static class TwinFiles
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The forms in which tables are written.</summary>
    public static string[] Forms { get; } = ["csv", "parquet"];

    /// <summary>The outcome without its rows and jobs.</summary>
    public static string Summary(TwinOutcome outcome) => JsonSerializer.Serialize(
        new
        {
            outcome.Seed,
            outcome.Days,
            outcome.IsWhole,
            outcome.Assumptions,
            Figures = outcome.Figures.ToDictionary(figure => figure.Name, figure => figure.Value),
            Units = outcome.Figures.Where(figure => figure.Unit.Length > 0).ToDictionary(figure => figure.Name, figure => figure.Unit),
            outcome.Services,
        },
        Json);

    /// <summary>Writes into a folder, which is made where there is none.</summary>
    public static async Task Write(string folder, TwinOutcome outcome, IReadOnlyList<string> forms)
    {
        Directory.CreateDirectory(folder);
        await Put(Path.Combine(folder, "outcome.json"), stream => Text(stream, writer => writer.WriteLine(Summary(outcome))));
        foreach (var table in TwinTables.Of(outcome))
        {
            if (forms.Contains("csv"))
                await Put(Path.Combine(folder, table.Name + ".csv"), stream => Text(stream, table.WriteCsv));
            if (forms.Contains("parquet"))
                await Put(Path.Combine(folder, table.Name + ".parquet"), stream => Columns(stream, table, outcome));
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

    // Seed and length stand in the file itself, which may be passed on without the others.
    private static async Task Columns(Stream stream, ResultTable table, TwinOutcome outcome)
    {
        var fields = table.Columns.Select(Field).ToArray();
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            ["summary"] = Summary(outcome),
        };
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
