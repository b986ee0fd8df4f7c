using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ControlPlane.Domain.Manifests;

/// <summary>
/// A YAML parser that tells every fault of the text with its place. What builds nodes from it descends once a level,
/// and a text of brackets alone would end the process: no manifest is nested nearly as deep as it allows.
/// </summary>
internal sealed class BoundedParser(TextReader text) : IParser
{
    public const int MaximumDepth = 32;

    private readonly Scanner _scanner = new(text);
    private Parser? _parser;
    private int _depth;

    public ParsingEvent? Current => _parser?.Current;

    public bool MoveNext()
    {
        try
        {
            _parser ??= new Parser(_scanner);
            if (!_parser.MoveNext())
                return false;
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            // The scanner meets some broken texts with exceptions that are not its own.
            throw new YamlException(_scanner.CurrentPosition, _scanner.CurrentPosition, "a bracket or quote is not closed before this place", fault);
        }
        _depth += Current!.NestingIncrease;
        if (_depth > MaximumDepth + 2) // Stream and document count too.
            throw new YamlException(Current.Start, Current.End, $"nested deeper than {MaximumDepth} levels");
        return true;
    }
}
