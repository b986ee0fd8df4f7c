using ControlPlane.Domain;

namespace ControlPlane.Facility.Health;

/// <summary>Something that a source found wrong.</summary>
/// <param name="Id">What was looked at, such as <c>BmcSensor</c>.</param>
/// <param name="Target">Which part, or null for the whole.</param>
/// <param name="Since">Since when it is wrong.</param>
/// <param name="Message">What was found.</param>
/// <param name="Classifications">What follows from it, sorted by name (names of NVIDIA's infrastructure controller).</param>
public sealed record HealthAlert(string Id, string? Target, TimeSpan Since, string Message, ValueList<string> Classifications)
{
    /// <summary>The classification under which nothing new may be placed.</summary>
    public const string PreventAllocations = nameof(PreventAllocations);

    /// <summary>The classification under which, besides, what runs there is moved off. Ours.</summary>
    public const string DrainNode = nameof(DrainNode);

    /// <summary>Both findings as one: since the earlier, with both messages and all classifications.</summary>
    /// <param name="other">A finding about the same part.</param>
    public HealthAlert And(HealthAlert other)
    {
        if ((other.Id, other.Target) != (Id, Target))
            throw new ArgumentException("Only findings about the same part are one.", nameof(other));
        return this with
        {
            Since = other.Since < Since ? other.Since : Since,
            Message = string.Join("; ", new[] { Message, other.Message }.Where(text => text.Length > 0).Distinct()),
            Classifications = [.. Classifications.Concat(other.Classifications).Distinct().Order(StringComparer.Ordinal)],
        };
    }
}
