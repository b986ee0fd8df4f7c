namespace ControlPlane.Hardware.Ptx;

/// <summary>What is known of a text of PTX once it has been read.</summary>
/// <param name="Target">The processor that it is for.</param>
/// <param name="Functions">Its entries and functions that have a body, in order.</param>
/// <param name="OwnBytes">Device memory that it declares for itself, global and constant.</param>
internal sealed record PtxModule(PtxTarget Target, IReadOnlyList<PtxFunction> Functions, long OwnBytes)
{
    public IEnumerable<PtxFunction> Entries => Functions.Where(function => function.IsEntry);
}

/// <summary>An entry or function as it is declared and what its body holds.</summary>
internal sealed class PtxFunction(string name, int line, bool isEntry)
{
    public string Name => name;

    public int Line => line;

    public bool IsEntry => isEntry;

    public List<PtxParameter> Parameters { get; } = [];

    /// <summary>What it calls, with the line of the first call.</summary>
    public Dictionary<string, PtxCalls> Calls { get; } = new(StringComparer.Ordinal);

    public long Instructions { get; set; }

    public long Registers { get; set; }

    public int Labels { get; set; }

    /// <summary>Most threads of a block that it may be launched with; null when it does not say.</summary>
    public long? MostThreads { get; set; }

    /// <summary>The only number of threads of a block that it may be launched with; null when it does not say.</summary>
    public long? RequiredThreads { get; set; }
}

/// <summary>How often one function calls another, and where first.</summary>
internal readonly record struct PtxCalls(long Times, int Line);

/// <summary>One parameter.</summary>
/// <param name="Name">Its name in the PTX.</param>
/// <param name="Type">Such as <c>.u64</c>.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="IsArray">True for a structure or an array.</param>
internal readonly record struct PtxParameter(string Name, string Type, long Bytes, bool IsArray);

/// <summary>The processor that PTX is for, such as <c>sm_80</c>.</summary>
/// <param name="Capability">10 * major + minor of the compute capability.</param>
/// <param name="Suffix"><c>a</c> for this very one, <c>f</c> for its family, empty for it and all later ones.</param>
internal readonly record struct PtxTarget(int Capability, string Suffix)
{
    // PTX ISA 9.0, table of targets, without those that no driver for the oldest PTX taken here compiles any more.
    private static readonly int[] Known = [50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 88, 89, 90, 100, 101, 103, 110, 120, 121];

    public override string ToString() => FormattableString.Invariant($"sm_{Capability}{Suffix}");

    public static PtxTarget? Parse(string text)
    {
        if (!text.StartsWith("sm_", StringComparison.Ordinal))
            return null;
        var suffix = text[^1] is 'a' or 'f' ? text[^1..] : "";
        var number = Known.FirstOrDefault(known => text == FormattableString.Invariant($"sm_{known}{suffix}"));
        return number == 0 ? null : new(number, suffix);
    }

    /// <summary>Whether a device of a compute capability takes it.</summary>
    public bool RunsOn(int capability) => Suffix switch
    {
        "a" => capability == Capability,
        "f" => capability / 10 == Capability / 10 && capability >= Capability,
        _ => capability >= Capability,
    };
}

/// <summary>What is wrong in a text of PTX.</summary>
/// <param name="Line">From 1; 0 when it is the text as a whole.</param>
/// <param name="Message">What, why, and what would be right.</param>
internal readonly record struct PtxFlaw(int Line, string Message)
{
    public override string ToString() => Line == 0 ? Message : FormattableString.Invariant($"PTX line {Line}: {Message}");
}

/// <summary>The text cannot be read on from here.</summary>
internal sealed class PtxSyntaxException(int line, string message) : Exception(message)
{
    public int Line => line;
}
