namespace ControlPlane.Facility.Gpus;

/// <summary>
/// How the range between idle and full draw is used as utilisation rises, from 0 at idle to 1 at full load. The laws are
/// those of data-centre simulators (OpenDC among them).
/// </summary>
public sealed class UtilisationLaw
{
    private readonly Func<double, double> _share;

    private UtilisationLaw(string name, Func<double, double> share) => (Name, _share) = (name, share);

    /// <summary>The share is the utilisation.</summary>
    public static UtilisationLaw Linear { get; } = new("linear", u => u);

    /// <summary>Its square.</summary>
    public static UtilisationLaw Square { get; } = new("square", u => u * u);

    /// <summary>Its cube.</summary>
    public static UtilisationLaw Cubic { get; } = new("cubic", u => u * u * u);

    /// <summary>Its root.</summary>
    public static UtilisationLaw SquareRoot { get; } = new("sqrt", Math.Sqrt);

    /// <summary>The exponent that OpenDC's test vectors use with <see cref="Fitted"/>.</summary>
    public const double FittedExponent = 1.4;

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>2u - u^r: r is fitted to a machine so that the squared error is least (Fan, Weber and Barroso, ISCA 2007).</summary>
    /// <param name="exponent">r, from 1 (a straight line) to 2, beyond which the law would fall before full load.</param>
    public static UtilisationLaw Fitted(double exponent = FittedExponent)
    {
        if (Require.AtLeast(exponent, 1) > 2)
            throw new ArgumentOutOfRangeException(nameof(exponent), exponent, "An exponent above 2 gives a law that falls before full load.");
        return new UtilisationLaw("mse", u => 2 * u - Math.Pow(u, exponent));
    }

    /// <summary>The share of the range in use.</summary>
    /// <param name="utilisation">Clamped to 0 to 1; not a number is refused.</param>
    public double Share(double utilisation)
    {
        if (double.IsNaN(utilisation))
            throw new ArgumentOutOfRangeException(nameof(utilisation), utilisation, "A utilisation must be a number.");
        return _share(Math.Clamp(utilisation, 0, 1));
    }
}
