namespace ControlPlane.Facility.Cooling;

/// <summary>What carries heat: its density and specific heat.</summary>
public sealed record Fluid
{
    /// <summary>Makes a fluid.</summary>
    /// <param name="density">In kg/m3, above 0.</param>
    /// <param name="specificHeat">In J/(kg K), above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public Fluid(double density, double specificHeat) =>
        (KilogramsPerCubicMetre, JoulesPerKilogramKelvin) = (Require.Positive(density), Require.Positive(specificHeat));

    /// <summary>Water at 25 C: 997 kg/m3, 4,180 J/(kg K) (standard tables).</summary>
    public static Fluid Water { get; } = new(997, 4180);

    /// <summary>Air at 20 C and sea level: 1.2 kg/m3, 1,005 J/(kg K) (standard tables).</summary>
    public static Fluid Air { get; } = new(1.2, 1005);

    /// <summary>Density in kg/m3.</summary>
    public double KilogramsPerCubicMetre { get; }

    /// <summary>Specific heat in J/(kg K).</summary>
    public double JoulesPerKilogramKelvin { get; }

    /// <summary>Heat that a flow carries for each kelvin it warms, in W/K.</summary>
    /// <param name="cubicMetresPerSecond">0 or more.</param>
    public double WattsPerKelvin(double cubicMetresPerSecond) =>
        KilogramsPerCubicMetre * JoulesPerKilogramKelvin * Require.NotNegative(cubicMetresPerSecond);
}
