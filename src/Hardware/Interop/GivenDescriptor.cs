using System.Globalization;

namespace ControlPlane.Hardware.Interop;

/// <summary>An open file that a process was given by whoever started it, written <c>fd:3</c> where a path may stand.</summary>
public static class GivenDescriptor
{
    private const string Prefix = "fd:";

    /// <summary>Its number, or null for a path.</summary>
    public static int? Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(path.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
