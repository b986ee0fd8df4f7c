namespace ControlPlane.Simulation;

/// <summary>A trace file that cannot be read: the message names file, line and field and says what would be right.</summary>
/// <param name="file">The file's name as the user gave it.</param>
/// <param name="line">The line, from 1.</param>
/// <param name="field">The column, or empty when the whole line is meant.</param>
/// <param name="right">What would be right there.</param>
public sealed class TraceFormatException(string file, int line, string field, string right)
    : FormatException($"{file}, line {line}{(field.Length == 0 ? "" : $", field {field}")}: {right}")
{
    /// <summary>What would be right there.</summary>
    public string Right { get; } = right;

    /// <summary>The file's name as the user gave it.</summary>
    public string File { get; } = file;

    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>The column, or empty when the whole line is meant.</summary>
    public string Field { get; } = field;
}
