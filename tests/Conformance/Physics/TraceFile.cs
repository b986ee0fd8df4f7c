using System.Globalization;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>Finds and reads traces of power: a time of day and watts a line, one line a minute.</summary>
internal static class TraceFile
{
    /// <summary>Reads a trace that lies beside the case file, in a folder of traces near it, or in this program.</summary>
    /// <exception cref="CaseException">It is nowhere, or cannot be read.</exception>
    public static MeterTrace Read(string name, string folder)
    {
        if (name != Path.GetFileName(name))
            throw new CaseException($"the trace '{name}' is not the name of a file");
        return new MeterTrace(Lines(name, folder).Where(line => !line.StartsWith('#')).Skip(1).Select(Sample));
    }

    private static IEnumerable<string> Lines(string name, string folder)
    {
        if (Places(folder).SelectMany(place => Directory.EnumerateFiles(place, name, SearchOption.AllDirectories)).FirstOrDefault() is { } path)
            return File.ReadLines(path);
        using var embedded = typeof(TraceFile).Assembly.GetManifestResourceStream(name) ?? throw new CaseException($"the trace '{name}' is not beside the case file nor in a folder of traces near it");
        using var reader = new StreamReader(embedded);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Places(string folder)
    {
        if (Directory.Exists(Path.Combine(folder, "traces")))
            yield return Path.Combine(folder, "traces");
        if (Path.GetDirectoryName(folder) is { } above && Directory.Exists(Path.Combine(above, "traces")))
            yield return Path.Combine(above, "traces");
        if (Environment.GetEnvironmentVariable("FACTORY_SHARED") is { } named && Directory.Exists(Path.Combine(named, "traces")))
            yield return Path.Combine(named, "traces");
    }

    // 2025-05-04 14:40:00-07:00 or 14:40: the local time of day is what cases speak of.
    private static MeterSample Sample(string line)
    {
        var fields = line.Split(',');
        var time = fields[0].Contains(' ', StringComparison.Ordinal) ? fields[0].Split(' ')[1][..5] : fields[0];
        return TimeSpan.TryParse(time, CultureInfo.InvariantCulture, out var at) && fields.Length == 2 && double.TryParse(fields[1], CultureInfo.InvariantCulture, out var watts)
            ? new MeterSample(at, Watts.FromWatts(watts))
            : throw new CaseException($"the line '{line}' of a trace cannot be read");
    }
}
