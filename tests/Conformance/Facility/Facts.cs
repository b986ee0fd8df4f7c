namespace ControlPlane.Conformance.Tests.Facility;

/// <summary>What a run says after a step. An expectation that names none of it is not known, which is a failure.</summary>
internal sealed class Facts : Dictionary<string, object?>
{
    public Facts()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>Answers names that carry a name of the case, such as <c>group_A_committed_w</c>; false when not understood.</summary>
    public Func<string, (bool IsKnown, object? Value)> Named { get; init; } = _ => (false, null);

    public bool Find(string name, out object? value)
    {
        if (TryGetValue(name, out value))
            return true;
        (var isKnown, value) = Named(name);
        return isKnown;
    }
}

/// <summary>A fact that is stated in words: says what is wrong with them, or null.</summary>
internal delegate string? InWords(string words);
