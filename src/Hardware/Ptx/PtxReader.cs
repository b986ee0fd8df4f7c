using System.Globalization;

namespace ControlPlane.Hardware.Ptx;

/// <summary>
/// Reads a tenant's PTX as far as must be known before a driver compiles it: what it declares, calls and is for. Whether its
/// instructions are right is the driver's to say. Never throws, whatever the text is, and takes time in proportion to it.
/// </summary>
internal sealed class PtxReader
{
    private const int OldestVersion = 6;
    private const int NewestVersion = 9;

    private readonly PtxWords _words;
    private readonly List<PtxFlaw> _flaws;
    private readonly PtxMemory _memory;
    private readonly List<PtxFunction> _functions = [];
    private readonly Dictionary<string, int> _declared = new(StringComparer.Ordinal);

    private PtxReader(PtxWords words, List<PtxFlaw> flaws) => (_words, _flaws, _memory) = (words, flaws, new PtxMemory(flaws));

    /// <summary>What the text holds, or null; and what is wrong with it, at most <see cref="PtxLimits.Flaws"/> of it.</summary>
    public static (PtxModule? Module, IReadOnlyList<PtxFlaw> Flaws) Read(string text)
    {
        if (text.Length > PtxLimits.Characters)
            return (null, [new(0, FormattableString.Invariant($"The PTX has {text.Length} characters; at most {PtxLimits.Characters} are taken."))]);
        var flaws = new List<PtxFlaw>();
        PtxModule? module = null;
        try
        {
            module = new PtxReader(new PtxWords(text), flaws).Module();
            flaws.AddRange(PtxCheck.Flaws(module));
        }
        catch (PtxSyntaxException e)
        {
            flaws.Add(new(e.Line, e.Message));
        }
        return (flaws.Count == 0 ? module : null, [.. flaws.OrderBy(flaw => flaw.Line).Take(PtxLimits.Flaws)]);
    }

    private PtxModule Module()
    {
        var target = Header();
        while (!_words.IsAtEnd)
            Declaration();
        foreach (var (name, line) in _declared.Where(declared => _functions.TrueForAll(function => function.Name != declared.Key)))
            _flaws.Add(new(line, $"'{name}' is declared and not defined; a module must hold all that it calls"));
        return new(target, _functions, Math.Min(_memory.Of(".global"), PtxLimits.GlobalBytes) + Math.Min(_memory.Of(".const"), PtxLimits.ConstantBytes));
    }

    private PtxTarget Header()
    {
        if (!_words.Skip(".version"))
            throw new PtxSyntaxException(_words.Line, "PTX begins with .version, such as .version 7.0");
        var line = _words.Line;
        var version = _words.Take();
        if (!IsVersion(version))
            throw new PtxSyntaxException(line, $"version {version} of PTX is not taken; {OldestVersion}.0 to {NewestVersion}.x are");
        _words.Expect(".target");
        line = _words.Line;
        var name = _words.Take();
        if (PtxTarget.Parse(name) is not { } target)
            throw new PtxSyntaxException(line, $"the target '{name}' is not known; sm_80 runs on every GPU from the A100 on");
        if (_words.Peek() == ",")
            throw new PtxSyntaxException(line, $"the target has '{_words.Peek(1)}' beside {name}; give the processor alone");
        if (!_words.Skip(".address_size"))
            throw new PtxSyntaxException(_words.Line, ".address_size 64 must follow the target; addresses have 32 bits without it");
        line = _words.Line;
        return _words.Take() is "64" ? target : throw new PtxSyntaxException(line, "addresses have 64 bits: .address_size 64");
    }

    private static bool IsVersion(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && major is >= OldestVersion and <= NewestVersion
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) && minor <= 9;
    }

    private void Declaration()
    {
        var line = _words.Line;
        var word = _words.Take();
        while (word is ".visible" or ".weak" or ".common")
            word = _words.Take();
        switch (word)
        {
            case ".extern":
                throw new PtxSyntaxException(line, ".extern names what another module holds; a tenant's module stands alone, and no launch sizes its shared memory");
            case ".entry" or ".func":
                Function(word == ".entry", line);
                break;
            case ".global" or ".const" or ".shared":
                _memory.Add(word, PtxVariable.ReadAll(_words, several: true), line);
                _words.Expect(";");
                break;
            case ".pragma":
                throw new PtxSyntaxException(line, "a pragma for the whole module is not taken");
            case ".file" or ".section" or ".loc":
                throw new PtxSyntaxException(line, $"{word} is for debuggers; compile without -g and -lineinfo");
            case ".alias":
                throw new PtxSyntaxException(line, ".alias is not taken; call functions by their own names");
            default:
                throw new PtxSyntaxException(line, $"'{word}' does not stand outside functions; .entry, .func, .global, .const and .shared do");
        }
    }

    private void Function(bool isEntry, int line)
    {
        var results = new List<PtxParameter>();
        if (!isEntry && _words.Peek() == "(")
            Parameters(results);
        var name = _words.Take();
        if (!PtxWord.IsPart(name[0]) || char.IsAsciiDigit(name[0]))
            throw new PtxSyntaxException(line, $"a function's name is expected here, not '{name}'");
        var function = new PtxFunction(name, line, isEntry);
        if (_words.Peek() == "(")
            Parameters(function.Parameters);
        if (results.Count + function.Parameters.Count > PtxLimits.Parameters)
            _flaws.Add(new(line, FormattableString.Invariant($"'{name}' has {results.Count + function.Parameters.Count} parameters; at most {PtxLimits.Parameters} are taken")));
        while (_words.Peek() is not ("{" or ";"))
            Directive(function);
        if (_words.Skip(";"))
        {
            _declared.TryAdd(name, line);
            return;
        }
        _words.Expect("{");
        if (_functions.Exists(other => other.Name == name))
            throw new PtxSyntaxException(line, $"'{name}' is defined twice");
        if (_functions.Count == PtxLimits.Functions)
            throw new PtxSyntaxException(line, $"there are more than {PtxLimits.Functions} entries and functions");
        _functions.Add(function);
        new PtxBody(_words, function, _memory, _flaws).Read();
    }

    private void Parameters(List<PtxParameter> parameters)
    {
        _words.Expect("(");
        while (!_words.Skip(")"))
        {
            var line = _words.Line;
            if (_words.Take() is not (".param" or ".reg"))
                throw new PtxSyntaxException(line, "a parameter begins with .param");
            foreach (var variable in PtxVariable.ReadAll(_words, several: false))
                parameters.Add(new(variable.Name, variable.Type, variable.Bytes, variable.IsArray));
            if (_words.Peek() != ")")
                _words.Expect(",");
        }
    }

    // What a function says of its launches; what only tunes the compiler is skipped.
    private void Directive(PtxFunction function)
    {
        var line = _words.Line;
        var word = _words.Take();
        switch (word)
        {
            case ".maxntid":
                function.MostThreads = Product(word);
                break;
            case ".reqntid":
                function.RequiredThreads = Product(word);
                break;
            case ".minnctapersm" or ".maxnctapersm" or ".maxnreg":
                _words.Number(word);
                break;
            case ".noreturn":
                break;
            case ".pragma":
                throw new PtxSyntaxException(line, "a pragma for a whole function is not taken");
            default:
                throw new PtxSyntaxException(line, $"'{word}' is not taken before a body; .maxntid, .reqntid, .minnctapersm, .maxnctapersm and .maxnreg are");
        }
    }

    private long Product(string what)
    {
        Int128 product = 1;
        do
        {
            product = Int128.Min(product * _words.Number(what), long.MaxValue);
        }
        while (_words.Skip(","));
        return (long)product;
    }
}
