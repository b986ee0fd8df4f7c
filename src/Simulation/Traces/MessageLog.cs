using System.Globalization;
using System.Text.RegularExpressions;

namespace ControlPlane.Simulation;

/// <summary>A message of a log, to be published again.</summary>
/// <param name="At">When, from the log's beginning.</param>
/// <param name="Topic">Where.</param>
/// <param name="Payload">What; <see cref="MessageLog.Now"/> stands for the instant of publication.</param>
public sealed record LoggedMessage(TimeSpan At, string Topic, string Payload);

/// <summary>A log of messages as DSX Exchange keeps one: <c>offset,topic,payload</c>, with the payload in quotes and offsets such as 1m2.5s.</summary>
public static partial class MessageLog
{
    /// <summary>What stands for the instant of publication, in milliseconds since 1970.</summary>
    public const string Now = "{{timestamp_ms}}";

    private const string Header = "offset,topic,payload";

    /// <summary>Reads a log.</summary>
    /// <param name="reader">Its text.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <exception cref="TraceFormatException">It is not one.</exception>
    public static IReadOnlyList<LoggedMessage> Read(TextReader reader, string file)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.ReadLine()?.TrimStart('\uFEFF').TrimEnd() != Header)
            throw new TraceFormatException(file, 1, "", $"the header must be {Header}");
        var messages = new List<LoggedMessage>();
        for (var (line, number) = (reader.ReadLine(), 2); line is not null; line = reader.ReadLine(), number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
                messages.Add(Message(line, file, number));
        }
        return messages;
    }

    private static LoggedMessage Message(string line, string file, int number)
    {
        if (line.TrimEnd().Split(',', 3) is not [var offset, var topic, ['"', .. var quoted, '"']])
            throw new TraceFormatException(file, number, "payload", "three fields were expected, the last one in quotes");
        return new LoggedMessage(
            Offset(offset) ?? throw new TraceFormatException(file, number, "offset", $"a length such as 1m2.5s was expected, not '{offset}'"),
            topic, quoted.Replace("\"\"", "\"", StringComparison.Ordinal));
    }

    private static TimeSpan? Offset(string text)
    {
        if (!Length().IsMatch(text))
            return null;
        var seconds = Part().Matches(text).Sum(part => double.Parse(part.Groups["number"].Value, CultureInfo.InvariantCulture) * part.Groups["unit"].Value switch
        {
            "h" => 3600,
            "m" => 60,
            "ms" => 1e-3,
            "us" or "µs" => 1e-6,
            "ns" => 1e-9,
            _ => 1,
        });
        return TimeSpan.FromSeconds(seconds);
    }

    [GeneratedRegex(@"^(\d+(\.\d+)?(h|ms|m|us|µs|ns|s))+\z")]
    private static partial Regex Length();

    [GeneratedRegex(@"(?<number>\d+(\.\d+)?)(?<unit>h|ms|m|us|µs|ns|s)")]
    private static partial Regex Part();
}
