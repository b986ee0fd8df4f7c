namespace ControlPlane.Simulation;

/// <summary>What racks drew together in a second.</summary>
/// <param name="Watts">What they drew, 0 or more.</param>
/// <param name="ProvisionedWatts">What they may draw with every GPU at its limit, above 0.</param>
public readonly record struct DrawSecond(double Watts, double ProvisionedWatts)
{
    /// <summary>The one over the other.</summary>
    public double Share => Watts / ProvisionedWatts;
}

/// <summary>Reads observed draw: <c>watts,provisioned_watts</c>, one line a second, other columns left alone.</summary>
public static class DrawTrace
{
    // A gigawatt of racks is more than any site has.
    private const double MostWatts = 1e10;

    /// <summary>Reads all seconds.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">A column is missing or a line cannot be read.</exception>
    public static IReadOnlyList<DrawSecond> Read(TextReader reader, string file)
    {
        var table = new CsvTable(reader, file);
        table.Require("watts", "provisioned_watts");
        List<DrawSecond> seconds = [.. table.Rows().Select(row => new DrawSecond(row.Number("watts", 0, MostWatts), row.Number("provisioned_watts", 1, MostWatts)))];
        return seconds.Count > 0 ? seconds : throw new TraceFormatException(file, 2, "", "at least one second was expected");
    }
}
