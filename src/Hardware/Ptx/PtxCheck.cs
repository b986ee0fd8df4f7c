namespace ControlPlane.Hardware.Ptx;

/// <summary>Whether what a module holds stays within <see cref="PtxLimits"/>, and its calls within the module.</summary>
internal static class PtxCheck
{
    public static IEnumerable<PtxFlaw> Flaws(PtxModule module)
    {
        if (!module.Entries.Any())
            yield return new(0, "The module has no .entry, so there is nothing to launch.");
        if (module.Functions.Sum(function => function.Instructions) is var instructions && instructions > PtxLimits.Instructions)
            yield return new(0, FormattableString.Invariant($"The module has {instructions} instructions; at most {PtxLimits.Instructions} are taken."));
        foreach (var function in module.Functions)
        {
            foreach (var flaw in Flaws(function))
                yield return flaw;
        }
        var unknown = Unknown(module).ToList();
        foreach (var flaw in unknown)
            yield return flaw;
        if (unknown.Count > 0)
            yield break;
        foreach (var flaw in new PtxCallTree(module).Flaws())
            yield return flaw;
    }

    private static IEnumerable<PtxFlaw> Flaws(PtxFunction function)
    {
        if (function.Registers > PtxLimits.Registers)
            yield return new(function.Line, FormattableString.Invariant($"'{function.Name}' declares {function.Registers} registers; at most {PtxLimits.Registers} are taken"));
        if (function.Labels > PtxLimits.Labels)
            yield return new(function.Line, FormattableString.Invariant($"'{function.Name}' has {function.Labels} labels; at most {PtxLimits.Labels} are taken"));
        var bytes = function.Parameters.Aggregate(Int128.Zero, (sum, parameter) => sum + parameter.Bytes);
        if (bytes > PtxLimits.ParameterBytes)
            yield return new(function.Line, FormattableString.Invariant($"the parameters of '{function.Name}' take {bytes} bytes; at most {PtxLimits.ParameterBytes} are taken"));
    }

    private static IEnumerable<PtxFlaw> Unknown(PtxModule module)
    {
        var known = module.Functions.Where(function => !function.IsEntry).Select(function => function.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var function in module.Functions)
        {
            foreach (var (name, calls) in function.Calls.Where(call => !known.Contains(call.Key)))
            {
                yield return new(calls.Line, name.StartsWith('%')
                    ? $"'{name}' is called by address; call functions of the module by name"
                    : $"'{name}' is called, but the module defines no such function; it must hold all that it calls");
            }
        }
    }
}

/// <summary>Calls as compilers replace them by what is called: no function may call itself, nor come to too much.</summary>
internal sealed class PtxCallTree(PtxModule module)
{
    private readonly Dictionary<string, PtxFunction> _functions = module.Functions.ToDictionary(function => function.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, long> _expanded = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];
    private readonly List<PtxFlaw> _flaws = [];

    public IReadOnlyList<PtxFlaw> Flaws()
    {
        foreach (var function in module.Functions)
        {
            var expanded = Expanded(function);
            if (_flaws.Count > 0)
                break;
            if (function.IsEntry && expanded > PtxLimits.ExpandedInstructions)
                _flaws.Add(new(function.Line, FormattableString.Invariant($"'{function.Name}' comes to {(expanded == long.MaxValue ? "2^63 or more" : expanded)} instructions once every call is replaced by what it calls; at most {PtxLimits.ExpandedInstructions} are taken")));
        }
        return _flaws;
    }

    // As deep as there are functions, of which a module has few.
    private long Expanded(PtxFunction function)
    {
        if (_expanded.TryGetValue(function.Name, out var known))
            return known;
        _path.Add(function.Name);
        Int128 sum = function.Instructions;
        foreach (var (name, calls) in function.Calls)
        {
            if (_path.IndexOf(name) is >= 0 and var from)
                _flaws.Add(new(calls.Line, $"'{name}' calls itself: {string.Join(" > ", _path.Skip(from).Append(name))}; a kernel's stack is not sized for that"));
            if (_flaws.Count > 0)
                break;
            sum += (Int128)calls.Times * Expanded(_functions[name]);
        }
        _path.RemoveAt(_path.Count - 1);
        return _expanded[function.Name] = (long)Int128.Min(sum, long.MaxValue);
    }
}
