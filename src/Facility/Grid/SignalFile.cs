using System.Globalization;
using ControlPlane.Domain;
using ControlPlane.Domain.Grid;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Facility.Grid;

/// <summary>
/// Reads a signal: CSV with the header <c>from,price,carbon</c> (either of the last two may be missing; an empty cell is
/// unknown), or JSON, a list of objects with these fields. All rows are taken or none.
/// </summary>
public static class SignalFile
{
    /// <summary>More than a year of hours.</summary>
    public const int MostRows = 10_000;

    private static readonly string[] Columns = ["from", "price", "carbon"];

    /// <summary>The signal, or every error with its line.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="by">What jobs go by; null for the price where the file has prices, else carbon.</param>
    public static (GridSignal? Signal, IReadOnlyList<ManifestError> Errors) Read(string text, string file, SignalKind? by)
    {
        ArgumentNullException.ThrowIfNull(text);
        var errors = new List<ManifestError>();
        var rows = text.TrimStart('\uFEFF').TrimStart().StartsWith('[') ? SignalJson.Rows(text, file, errors) : Csv(text, file, errors);
        var points = new List<SignalPoint>();
        foreach (var row in rows.Take(MostRows + 1))
        {
            if (Point(row, file, errors) is not { } point)
                continue;
            if (points.Count > 0 && point.From <= points[^1].From)
                errors.Add(new ManifestError(file, row.Line, 1, "from", $"'{row.From}' is not after the row before it", "list the earliest first"));
            points.Add(point);
        }
        if (rows.Count > MostRows)
            errors.Add(new ManifestError(file, rows[MostRows].Line, 1, "", $"the file has more than {MostRows} rows", "give fewer"));
        if (rows.Count == 0 && errors.Count == 0)
            errors.Add(new ManifestError(file, 1, 1, "", "the file holds no row", "give at least one: from and price or carbon"));
        var kind = by ?? (points.Exists(point => point.PricePerMwh is not null) ? SignalKind.Price : SignalKind.Carbon);
        if (errors.Count == 0 && !points.Exists(point => (kind == SignalKind.Price ? point.PricePerMwh : point.GramsPerKwh) is not null))
            errors.Add(new ManifestError(file, 1, 1, kind == SignalKind.Price ? "price" : "carbon", "no row has one", "give some, or go by the other"));
        return errors.Count > 0 ? (null, errors) : (new GridSignal(kind, points.ToValueList()), errors);
    }

    private static SignalPoint? Point(SignalRow row, string file, List<ManifestError> errors)
    {
        var before = errors.Count;
        if (!Instants.TryParse(row.From, out var from))
            errors.Add(new ManifestError(file, row.Line, 1, "from", $"'{row.From}' is not right", "give " + Instants.Rule));
        var price = Number(row, "price", row.Price, -1e5m, file, errors);
        var carbon = Number(row, "carbon", row.Carbon, 0, file, errors);
        return errors.Count > before ? null : new SignalPoint(from, price, carbon);
    }

    private static decimal? Number(SignalRow row, string field, string text, decimal least, string file, List<ManifestError> errors)
    {
        if (text.Length == 0)
            return null;
        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= 1e5m)
            return number;
        errors.Add(new ManifestError(file, row.Line, 1, field, $"'{text}' is not right", $"give a number between {least:0} and 100000, or nothing when it is unknown"));
        return null;
    }

    private static List<SignalRow> Csv(string text, string file, List<ManifestError> errors)
    {
        var lines = text.TrimStart('\uFEFF').Split('\n').Select(line => line.Trim()).ToList();
        var header = lines[0].Split(',').Select(cell => cell.Trim()).ToList();
        var unknown = header.Find(name => !Columns.Contains(name));
        if (unknown is not null || !header.Contains("from") || header.Distinct().Count() != header.Count)
        {
            errors.Add(new ManifestError(file, 1, 1, unknown ?? "from", "the header is not right", "use " + string.Join(",", Columns) + " or fewer of them, from among them"));
            return [];
        }
        var rows = new List<SignalRow>();
        for (var index = 1; index < lines.Count; index++)
        {
            if (lines[index].Length == 0)
                continue;
            var cells = lines[index].Split(',').Select(cell => cell.Trim()).ToList();
            if (cells.Count != header.Count)
                errors.Add(new ManifestError(file, index + 1, 1, "", $"the line has {cells.Count} fields, the header {header.Count}", "give as many"));
            else
                rows.Add(new SignalRow(index + 1, Cell("from"), Cell("price"), Cell("carbon")));

            string Cell(string name) => header.IndexOf(name) is >= 0 and var at ? cells[at] : "";
        }
        return rows;
    }
}

/// <summary>A row of a signal as it was written.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="From">Its instant.</param>
/// <param name="Price">Its price; empty when unknown.</param>
/// <param name="Carbon">Its carbon; empty when unknown.</param>
internal sealed record SignalRow(int Line, string From, string Price, string Carbon);
