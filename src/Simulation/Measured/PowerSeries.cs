namespace ControlPlane.Simulation.Measured;

/// <summary>What a meter showed at an instant.</summary>
/// <param name="Seconds">From the first sample.</param>
/// <param name="Watts">The power.</param>
/// <param name="InRun">True while the measured work ran.</param>
public readonly record struct PowerSample(double Seconds, double Watts, bool InRun);

/// <summary>Reads series of measured power.</summary>
public static class PowerSeries
{
    /// <summary>Reads <c>t_s,watts,in_run</c>, by rising time.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">A column is missing or a line cannot be read.</exception>
    public static IReadOnlyList<PowerSample> ReadRun(TextReader reader, string file)
    {
        var table = new CsvTable(reader, file);
        table.Require("t_s", "watts", "in_run");
        var samples = new List<PowerSample>();
        foreach (var row in table.Rows())
        {
            var at = row.Number("t_s", 0, 1e9);
            if (samples.Count > 0 && at <= samples[^1].Seconds)
                throw row.Wrong("t_s", $"samples must stand in the order of time, and {row.Text("t_s")} is not after the one above it");
            samples.Add(new PowerSample(at, row.Number("watts", 0, 1e9), row.Count("in_run", 0, 1) == 1));
        }
        return samples.Count > 0 ? samples : throw new TraceFormatException(file, 2, "", "at least one sample was expected");
    }

    /// <summary>Reads <c>timestamp,total</c>: watts, a line a minute.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">A column is missing or a line cannot be read.</exception>
    public static IReadOnlyList<double> ReadMinutes(TextReader reader, string file)
    {
        var table = new CsvTable(reader, file);
        table.Require("timestamp", "total");
        List<double> minutes = [.. table.Rows().Select(row => row.Number("total", 0, 1e12))];
        return minutes.Count > 0 ? minutes : throw new TraceFormatException(file, 2, "", "at least one minute was expected");
    }
}

/// <summary>How far a model lies from what was measured, over the measured value.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="P95">What 95 of 100 samples lie within.</param>
public readonly record struct ModelError(double Mean, double P95)
{
    /// <summary>The error of a series.</summary>
    /// <param name="modelled">By the model.</param>
    /// <param name="measured">As measured, each above 0.</param>
    /// <exception cref="ArgumentException">They are of different length, or empty.</exception>
    public static ModelError Of(IReadOnlyList<double> modelled, IReadOnlyList<double> measured)
    {
        ArgumentNullException.ThrowIfNull(modelled);
        ArgumentNullException.ThrowIfNull(measured);
        if (modelled.Count != measured.Count || measured.Count == 0)
            throw new ArgumentException($"Series of one length were expected, not of {modelled.Count} and {measured.Count}.");
        double[] errors = [.. modelled.Zip(measured, (model, real) => Math.Abs(model - real) / real).Order()];
        return new ModelError(errors.Average(), errors[(int)Math.Ceiling(0.95 * errors.Length) - 1]);
    }
}
