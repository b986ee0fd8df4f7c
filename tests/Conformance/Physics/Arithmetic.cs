using System.Globalization;
using System.Text.RegularExpressions;
using ControlPlane.Conformance.Tests.Cases;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>Evaluates a written formula: numbers, names, + - * / and parentheses.</summary>
internal sealed partial class Arithmetic
{
    private readonly IReadOnlyList<string> _tokens;
    private readonly IReadOnlyDictionary<string, double> _values;
    private int _at;

    private Arithmetic(string text, IReadOnlyDictionary<string, double> values)
    {
        _tokens = [.. Token().Matches(text).Select(match => match.Value)];
        _values = values;
        if (string.Concat(_tokens) != string.Concat(text.Where(letter => !char.IsWhiteSpace(letter))))
            throw new CaseException($"'{text}' cannot be read");
    }

    public static double Evaluate(string text, IReadOnlyDictionary<string, double> values)
    {
        var reading = new Arithmetic(text, values);
        var value = reading.Sum();
        return reading._at == reading._tokens.Count ? value : throw new CaseException($"'{text}' cannot be read");
    }

    private double Sum()
    {
        var value = Product();
        while (Next("+", "-") is { } sign)
            value += sign == "+" ? Product() : -Product();
        return value;
    }

    private double Product()
    {
        var value = Value();
        while (Next("*", "/") is { } sign)
            value = sign == "*" ? value * Value() : value / Value();
        return value;
    }

    private double Value()
    {
        if (Next("(") is not null)
        {
            var inner = Sum();
            return Next(")") is not null ? inner : throw new CaseException("a parenthesis is not closed");
        }
        var token = _at < _tokens.Count ? _tokens[_at++] : throw new CaseException("the formula ends early");
        if (double.TryParse(token, CultureInfo.InvariantCulture, out var number))
            return number;
        return _values.TryGetValue(token, out var value) ? value : throw new CaseException($"'{token}' is not known");
    }

    private string? Next(params string[] signs) => _at < _tokens.Count && signs.Contains(_tokens[_at]) ? _tokens[_at++] : null;

    [GeneratedRegex(@"\d+(\.\d+)?([eE][+-]?\d+)?|[A-Za-z_]\w*|[-+*/()]")]
    private static partial Regex Token();
}
