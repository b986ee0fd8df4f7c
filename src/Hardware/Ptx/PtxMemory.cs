namespace ControlPlane.Hardware.Ptx;

/// <summary>Adds up what a module declares of each kind of memory, without ever passing what a number holds.</summary>
internal sealed class PtxMemory(List<PtxFlaw> flaws)
{
    private readonly Dictionary<string, long> _bytes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private int _values;

    private static readonly Dictionary<string, (long Most, string What)> Limits = new(StringComparer.Ordinal)
    {
        [".shared"] = (PtxLimits.SharedBytes, "shared memory"),
        [".const"] = (PtxLimits.ConstantBytes, "constant memory"),
        [".global"] = (PtxLimits.GlobalBytes, "global memory of its own; what a kernel works on belongs into buffers"),
        [".local"] = (PtxLimits.LocalBytes, "local memory of a thread"),
        // Inside bodies: what calls pass, which a thread holds as it holds local memory.
        [".param"] = (PtxLimits.LocalBytes, "memory that calls pass"),
    };

    public long Of(string space) => _bytes.GetValueOrDefault(space);

    public void Add(string space, IEnumerable<PtxVariable> variables, int line)
    {
        foreach (var variable in variables)
        {
            _bytes[space] = (long)Int128.Min((Int128)Of(space) + variable.Bytes, long.MaxValue);
            _values += variable.Values;
        }
        var (most, what) = Limits[space];
        if (Of(space) > most && _told.Add(space))
            flaws.Add(new(line, FormattableString.Invariant($"with this the module declares {(Of(space) == long.MaxValue ? "2^63 or more" : Of(space))} bytes of {what}; at most {most} are allowed")));
        if (_values > PtxLimits.InitialValues && _told.Add("="))
            flaws.Add(new(line, FormattableString.Invariant($"with this the module gives {_values} initial values; at most {PtxLimits.InitialValues} are allowed: fill a buffer")));
    }
}
