using System.Globalization;

namespace ControlPlane.Simulation;

/// <summary>Reads the request traces of the Azure public dataset (2023): <c>TIMESTAMP,ContextTokens,GeneratedTokens</c>.</summary>
public static class LlmTrace
{
    internal static readonly string[] Columns = ["TIMESTAMP", "ContextTokens", "GeneratedTokens"];

    private const string Form = "yyyy-MM-dd HH:mm:ss.FFFFFFF";

    /// <summary>A request of more tokens than any model takes is a slip of the pen.</summary>
    private const int MostTokens = 10_000_000;

    /// <summary>Reads all requests.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">A column is missing, a line cannot be read, or a request came before the one above it.</exception>
    public static IReadOnlyList<LlmRequest> Read(TextReader reader, string file)
    {
        var table = new CsvTable(reader, file);
        if (PhillyTrace.Columns.All(table.Has))
            throw new TraceFormatException(file, 1, "", "this is a trace of jobs; a trace of requests was expected");
        table.Require(Columns);
        var requests = new List<LlmRequest>();
        DateTime? first = null;
        foreach (var row in table.Rows())
        {
            if (!DateTime.TryParseExact(row.Text("TIMESTAMP"), Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
                throw row.Wrong("TIMESTAMP", $"an instant such as 2023-11-16 18:15:46.6805900 was expected, not '{row.Text("TIMESTAMP")}'");
            var since = at - (first ??= at);
            if (requests.Count > 0 && since < requests[^1].At)
                throw row.Wrong("TIMESTAMP", "requests must stand in the order in which they came");
            requests.Add(new LlmRequest(since, row.Count("ContextTokens", 0, MostTokens), row.Count("GeneratedTokens", 0, MostTokens)));
        }
        return requests.Count > 0 ? requests : throw new TraceFormatException(file, 2, "", "at least one request was expected");
    }
}
