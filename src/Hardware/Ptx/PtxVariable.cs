namespace ControlPlane.Hardware.Ptx;

/// <summary>A declaration of memory or of parameters: <c>.align 4 .b8 table[16] = {...}</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Such as <c>.f32</c>.</param>
/// <param name="Bytes">All of it; <see cref="long.MaxValue"/> when it is more than numbers hold.</param>
/// <param name="IsArray">True when it has dimensions or is a vector.</param>
/// <param name="Values">How many values it is initialised with.</param>
internal readonly record struct PtxVariable(string Name, string Type, long Bytes, bool IsArray, int Values)
{
    private const int LargestAlignment = 1024;

    /// <summary>Bytes of an element; 0 for what is no type of memory.</summary>
    public static int BytesOf(string type) => type switch
    {
        ".b8" or ".u8" or ".s8" => 1,
        ".b16" or ".u16" or ".s16" or ".f16" or ".bf16" => 2,
        ".b32" or ".u32" or ".s32" or ".f32" or ".f16x2" or ".bf16x2" => 4,
        ".b64" or ".u64" or ".s64" or ".f64" => 8,
        ".b128" => 16,
        _ => 0,
    };

    /// <summary>Reads from behind the space's name to behind the last declared name and its initial values.</summary>
    public static List<PtxVariable> ReadAll(PtxWords words, bool several)
    {
        var (type, vector) = ReadType(words);
        SkipPointer(words);
        var found = new List<PtxVariable>();
        do
        {
            found.Add(Read(words, type, vector));
        }
        while (several && words.Skip(","));
        return found;
    }

    private static (string Type, int Vector) ReadType(PtxWords words)
    {
        var vector = 1;
        while (true)
        {
            var line = words.Line;
            var word = words.Take();
            if (word is ".align")
                CheckAlignment(words);
            else if (word is ".v2" or ".v4")
                vector = word[2] - '0';
            else if (BytesOf(word) > 0)
                return (word, vector);
            else
                throw new PtxSyntaxException(line, $"'{word}' is no type of a variable here; .b8 to .b128, .u8 to .u64, .s8 to .s64 and .f16 to .f64 are, behind .align, .v2 or .v4");
        }
    }

    // What an address points to: .ptr .global .align 16.
    private static void SkipPointer(PtxWords words)
    {
        if (!words.Skip(".ptr"))
            return;
        if (words.Peek() is ".global" or ".shared" or ".const" or ".local")
            words.Take();
        if (words.Skip(".align"))
            CheckAlignment(words);
    }

    private static void CheckAlignment(PtxWords words)
    {
        var line = words.Line;
        var bytes = words.Number("the alignment");
        if (bytes is < 1 or > LargestAlignment || (bytes & (bytes - 1)) != 0)
            throw new PtxSyntaxException(line, FormattableString.Invariant($"the alignment is {bytes}; it is a power of two to {LargestAlignment}"));
    }

    private static PtxVariable Read(PtxWords words, string type, int vector)
    {
        var line = words.Line;
        var name = words.Take();
        if (!PtxWord.IsPart(name[0]) || char.IsAsciiDigit(name[0]))
            throw new PtxSyntaxException(line, $"a variable's name is expected here, not '{name}'");
        Int128 elements = vector;
        var (isArray, isOpen) = (vector > 1, false);
        while (words.Skip("["))
        {
            if (!isArray && words.Peek() == "]")
                isOpen = true;
            else
                elements = Math.Min(long.MaxValue, (long)Int128.Min(elements * words.Number("the array's length"), long.MaxValue));
            isArray = true;
            words.Expect("]");
        }
        var values = words.Skip("=") ? SkipValues(words) : 0;
        if (isOpen && values == 0)
            throw new PtxSyntaxException(line, $"'{name}' has no length; memory that a launch sizes is not available: declare all of it");
        elements = isOpen ? elements * values : elements;
        return new(name, type, (long)Int128.Min(elements * BytesOf(type), long.MaxValue), isArray, values);
    }

    // As many as there are, or more: what lies between commas counts.
    private static int SkipValues(PtxWords words)
    {
        var (depth, values) = (0, 1);
        while (!(depth == 0 && words.Peek() is "," or ";" or ")"))
        {
            var line = words.Line;
            var word = words.Take();
            if (word == "{" && ++depth > PtxLimits.Depth)
                throw new PtxSyntaxException(line, $"initial values are nested deeper than {PtxLimits.Depth}");
            if (word == "}" && --depth < 0)
                throw new PtxSyntaxException(line, "a brace closes here that none opened");
            values += word == "," ? 1 : 0;
        }
        return values;
    }
}
