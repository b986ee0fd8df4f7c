namespace ControlPlane.Simulation.Workloads;

/// <summary>The normal distribution and the gamma function, to seven digits.</summary>
internal static class NormalLaw
{
    // Lanczos' coefficients for g = 5 (Numerical Recipes, section 6.1): an error below 2e-10.
    private static readonly double[] Lanczos =
        [76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.001208650973866179, -0.000005395239384953];

    /// <summary>Share of a standard normal variable at or below a value: formula 7.1.26 of Abramowitz and Stegun.</summary>
    public static double Below(double value)
    {
        var x = Math.Abs(value) / Math.Sqrt(2);
        var t = 1 / (1 + (0.3275911 * x));
        var tail = t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429)))))))) * Math.Exp(-x * x);
        return value >= 0 ? 1 - (tail / 2) : tail / 2;
    }

    /// <summary>The gamma function of a value above 0.</summary>
    public static double Gamma(double value)
    {
        var series = 1.000000000190015;
        for (var term = 0; term < Lanczos.Length; term++)
            series += Lanczos[term] / (value + term + 1);
        return Math.Exp(((value + 0.5) * Math.Log(value + 5.5)) - (value + 5.5)) * 2.5066282746310005 * series / value;
    }
}
