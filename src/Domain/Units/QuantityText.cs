using System.Globalization;

namespace ControlPlane.Domain.Units;

/// <summary>Reads quantities such as <c>120kW</c> or <c>1.5 MW</c>: a decimal number, an optional space, a unit.</summary>
public static class QuantityText
{
    /// <summary>Reads <paramref name="text"/> with one of <paramref name="units"/>.</summary>
    /// <param name="text">The text, such as <c>120kW</c>.</param>
    /// <param name="units">Unit symbols (case-sensitive) and how many base units each holds.</param>
    /// <param name="value">The value in base units.</param>
    /// <returns>False when the number or the unit cannot be read; <paramref name="value"/> is then 0.</returns>
    public static bool TryParse(string text, IReadOnlyDictionary<string, double> units, out double value)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(units);
        value = 0;
        var trimmed = text.AsSpan().Trim();
        var split = trimmed.Length;
        while (split > 0 && !char.IsAsciiDigit(trimmed[split - 1]) && trimmed[split - 1] != '.')
            split--;
        var unit = trimmed[split..].Trim().ToString();
        if (!units.TryGetValue(unit, out var scale))
            return false;
        var isNumber = double.TryParse(
            trimmed[..split], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture, out var number);
        if (!isNumber || !double.IsFinite(number * scale))
            return false;
        value = number * scale;
        return true;
    }

    /// <summary>Writes a number with at most <paramref name="digits"/> decimals, without trailing zeros.</summary>
    public static string Number(double value, int digits = 2) =>
        Math.Round(value, digits).ToString("0." + new string('#', digits), CultureInfo.InvariantCulture);
}
