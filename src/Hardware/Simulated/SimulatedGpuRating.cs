namespace ControlPlane.Hardware.Simulated;

/// <summary>The numbers of a simulated card, all from its data sheet but the last three.</summary>
/// <param name="ThermalResistanceCelsiusPerWatt">From die to coolant; 0.05 to 0.09 for air, about 0.03 for cold plates.</param>
/// <param name="ThermalTimeConstantSeconds">How long the die takes for 63 % of a step; tens of seconds with a heat sink.</param>
/// <param name="SlowestSpeed">The share of full speed below which no cap slows the card: its lowest clock.</param>
public sealed record SimulatedGpuRating(
    double IdleWatts, double LimitWatts, double ThermalResistanceCelsiusPerWatt, double ThermalTimeConstantSeconds, double SlowestSpeed = 0.1);

/// <summary>Work as the simulation sees it.</summary>
/// <param name="FullSpeedSeconds">Simulated seconds it takes when nothing slows it.</param>
/// <param name="Tokens">Made evenly over its course.</param>
/// <param name="Utilisation">0 to 1: how much of the span from idle to limit it draws.</param>
public sealed record SimulatedWork(double FullSpeedSeconds, double Tokens, double Utilisation = 1);

/// <param name="Progress">0 to 1.</param>
/// <param name="Tokens">Made so far by the lease that holds the device.</param>
public readonly record struct SimulatedSample(
    double PowerWatts, double TemperatureCelsius, double Utilisation, double Progress, double Tokens);

public enum SimulatedGpuState
{
    Idle,
    Running,
    Completed,
    Hung,
    Failed,
}
