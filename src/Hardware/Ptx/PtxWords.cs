namespace ControlPlane.Hardware.Ptx;

/// <summary>One word, sign or quoted text of PTX, and its line from 1.</summary>
internal readonly record struct PtxWord(string Text, int Line)
{
    public static bool IsPart(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or '$' or '%';
}

/// <summary>The words of a text, taken one after the other.</summary>
internal sealed class PtxWords
{
    private readonly List<PtxWord> _words = [];
    private int _next;

    /// <exception cref="PtxSyntaxException">It holds what is no PTX.</exception>
    public PtxWords(string text)
    {
        var line = 1;
        for (var at = 0; at < text.Length;)
        {
            var from = at;
            at = EndOf(text, at, line);
            if (PtxWord.IsPart(text[from]) || (!char.IsWhiteSpace(text[from]) && !IsComment(text, from)))
                _words.Add(new(text[from..at], line));
            for (var i = from; i < at; i++)
                line += text[i] == '\n' ? 1 : 0;
        }
    }

    public bool IsAtEnd => _next == _words.Count;

    /// <summary>The next word's line, or the last one's.</summary>
    public int Line => _words.Count == 0 ? 1 : _words[Math.Min(_next, _words.Count - 1)].Line;

    /// <summary>A word further on without taking it; empty behind the end.</summary>
    public string Peek(int ahead = 0) => _next + ahead < _words.Count ? _words[_next + ahead].Text : "";

    public string Take()
    {
        if (IsAtEnd)
            throw new PtxSyntaxException(Line, "the text ends in the middle of a declaration or a body");
        return _words[_next++].Text;
    }

    public bool Skip(string text)
    {
        if (Peek() != text)
            return false;
        _next++;
        return true;
    }

    public void Expect(string text)
    {
        var line = Line;
        var found = Take();
        if (found != text)
            throw new PtxSyntaxException(line, $"'{text}' is expected here, not '{found}'");
    }

    /// <summary>A whole number as PTX writes it: decimal, 0x, 0b or octal, an optional U behind it.</summary>
    public long Number(string what)
    {
        var line = Line;
        var word = Take();
        return PtxNumber.Parse(word) ?? throw new PtxSyntaxException(line, $"{what} is '{word}'; a whole number is expected");
    }

    private static bool IsComment(string text, int at) => text[at] == '/' && at + 1 < text.Length && text[at + 1] is '/' or '*';

    private static int EndOf(string text, int at, int line)
    {
        var first = text[at];
        if (PtxWord.IsPart(first))
        {
            var end = at;
            while (end < text.Length && PtxWord.IsPart(text[end]))
                end++;
            return end - at <= PtxLimits.WordCharacters ? end : throw new PtxSyntaxException(line, $"a word of {end - at} characters; one has at most {PtxLimits.WordCharacters}");
        }
        if (IsComment(text, at))
        {
            var close = text[at + 1] == '/' ? text.IndexOf('\n', at) : text.IndexOf("*/", at + 2, StringComparison.Ordinal);
            if (text[at + 1] == '/')
                return close < 0 ? text.Length : close;
            return close < 0 ? throw new PtxSyntaxException(line, "a comment begins here and does not end") : close + 2;
        }
        if (first == '"')
        {
            var close = text.IndexOf('"', at + 1);
            return close < 0 ? throw new PtxSyntaxException(line, "a quoted text begins here and does not end") : close + 1;
        }
        if (first is '\n' or '\r' or '\t' or ' ' || "(){}[]<>,;:=@!+-*/|&^~".Contains(first, StringComparison.Ordinal))
            return at + 1;
        throw new PtxSyntaxException(line, FormattableString.Invariant($"the character U+{(int)first:X4} does not stand in PTX; is this its text, not a compiled or compressed form?"));
    }
}

/// <summary>Whole numbers of PTX.</summary>
internal static class PtxNumber
{
    /// <summary>The number, or null for what is none or does not fit 63 bits.</summary>
    public static long? Parse(string word)
    {
        var digits = word.EndsWith('U') ? word[..^1] : word;
        var (radix, from) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        if (digits.Length == from)
            return null;
        Int128 value = 0;
        foreach (var character in digits.AsSpan(from))
        {
            if (!char.IsAsciiHexDigit(character) || Convert.ToInt32(character.ToString(), 16) is var digit && digit >= radix)
                return null;
            value = (value * radix) + digit;
            if (value > long.MaxValue)
                return null;
        }
        return (long)value;
    }
}
