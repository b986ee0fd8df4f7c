namespace ControlPlane.Hardware.Ptx;

/// <summary>Reads a function's body: what it declares, how much it holds, and what it calls.</summary>
internal sealed class PtxBody(PtxWords words, PtxFunction function, PtxMemory memory, List<PtxFlaw> flaws)
{
    // What would need something that no program gives, or that would take device memory beside the declared.
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["alloca"] = "it takes local memory that is not declared; declare an array with .local",
        ["stacksave"] = "it belongs to local memory that is not declared",
        ["stackrestore"] = "it belongs to local memory that is not declared",
        ["tex"] = "programs bind no textures; read global memory",
        ["tld4"] = "programs bind no textures; read global memory",
        ["txq"] = "programs bind no textures",
        ["suld"] = "programs bind no surfaces; read global memory",
        ["sust"] = "programs bind no surfaces; write global memory",
        ["sured"] = "programs bind no surfaces; write global memory",
        ["suq"] = "programs bind no surfaces",
        ["brkpt"] = "no debugger is attached; use trap to end a kernel",
        ["pmevent"] = "nobody reads its counters; leave it out",
    };

    /// <summary>From behind the opening brace to behind the one that closes it.</summary>
    public void Read()
    {
        for (var depth = 1; depth > 0;)
        {
            var line = words.Line;
            if (words.Skip("{"))
            {
                if (++depth > PtxLimits.Depth)
                    throw new PtxSyntaxException(line, $"braces are nested deeper than {PtxLimits.Depth}");
            }
            else if (words.Skip("}"))
            {
                depth--;
            }
            else
            {
                Statement(line);
            }
        }
    }

    private void Statement(int line)
    {
        if (words.Peek().StartsWith('.'))
        {
            Directive(words.Take(), line);
            return;
        }
        if (words.Peek(1) == ":" && words.Peek(2) != ":")
        {
            words.Take();
            words.Take();
            function.Labels++;
            return;
        }
        if (words.Skip("@"))
        {
            words.Skip("!");
            words.Take();
        }
        Instruction(line);
    }

    private void Directive(string word, int line)
    {
        switch (word)
        {
            case ".reg":
                Registers();
                break;
            case ".shared" or ".local" or ".const" or ".global" or ".param":
                memory.Add(word, PtxVariable.ReadAll(words, several: true), line);
                words.Expect(";");
                break;
            case ".pragma":
                if (words.Take() is var pragma && pragma != "\"nounroll\"")
                    flaws.Add(new(line, $"the pragma {pragma} is not taken; only \"nounroll\" is"));
                words.Expect(";");
                break;
            case ".branchtargets":
                SkipToSemicolon();
                break;
            case ".callprototype" or ".calltargets":
                flaws.Add(new(line, $"{word} is for calls of functions by address, which are not taken; call functions of the module by name"));
                SkipToSemicolon();
                break;
            case ".loc" or ".file" or ".section":
                throw new PtxSyntaxException(line, $"{word} is for debuggers; compile without -g and -lineinfo");
            default:
                throw new PtxSyntaxException(line, $"{word} does not stand in a body");
        }
    }

    private void Registers()
    {
        if (words.Peek() is ".v2" or ".v4")
            words.Take();
        words.Take();
        do
        {
            words.Take();
            var count = 1L;
            if (words.Skip("<"))
            {
                count = words.Number("the number of registers");
                words.Expect(">");
            }
            function.Registers = Math.Min(function.Registers, long.MaxValue - count) + count;
        }
        while (words.Skip(","));
        words.Expect(";");
    }

    private void Instruction(int line)
    {
        var word = words.Take();
        if (!char.IsAsciiLetterLower(word[0]))
            throw new PtxSyntaxException(line, $"an instruction is expected here, not '{word}'");
        function.Instructions++;
        var root = word.Split('.')[0];
        if (root == "call")
            Call(line);
        else if (Refused.TryGetValue(root, out var why))
            flaws.Add(new(line, $"{root} is not taken: {why}"));
        SkipToSemicolon();
    }

    // call (results), name, (arguments); what follows the arguments would be the prototypes of an indirect call.
    private void Call(int line)
    {
        if (words.Skip("("))
        {
            SkipToParenthesis();
            words.Expect(",");
        }
        var name = words.Take();
        if (!PtxWord.IsPart(name[0]))
            throw new PtxSyntaxException(line, $"the function called is expected here, not '{name}'");
        var calls = function.Calls.GetValueOrDefault(name, new(0, line));
        function.Calls[name] = calls with { Times = calls.Times + 1 };
        if (!words.Skip(",") || !words.Skip("("))
            return;
        SkipToParenthesis();
        if (words.Peek() == ",")
            flaws.Add(new(line, $"'{name}' is called by address, as the list of what it may be shows; call functions of the module by name"));
    }

    private void SkipToParenthesis()
    {
        while (words.Take() != ")")
        {
            // Results and arguments are names; nothing in them is counted.
        }
    }

    private void SkipToSemicolon()
    {
        while (words.Take() != ";")
        {
            // Operands are the driver's to judge.
        }
    }
}
