using System.Globalization;

namespace ControlPlane.Benchmarks;

/// <summary>Prints measured figures as <c>name value unit</c>.</summary>
internal static class Figure
{
    public static void Print(string name, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.###} {unit}"));

    /// <summary>The smallest value that at least the share lies at or below.</summary>
    public static double Percentile(double[] values, double share)
    {
        Array.Sort(values);
        return values[(int)Math.Ceiling(share * values.Length) - 1];
    }
}
