using ControlPlane.Domain.Units;
using ControlPlane.Facility;

namespace ControlPlane.Hardware.Simulated;

/// <summary>The numbers of a simulated card.</summary>
/// <param name="Idle">Draw when nothing runs, from its data sheet.</param>
/// <param name="Limit">Its power limit, from its data sheet.</param>
/// <param name="Cooling">What stands between its die and the coolant.</param>
/// <param name="SlowestSpeed">The share of full speed below which no cap slows it: its lowest clock, about 210 of 1,980 MHz on an H100.</param>
public sealed record SimulatedGpuRating(Watts Idle, Watts Limit, ThermalMass Cooling, double SlowestSpeed = 0.1)
{
    /// <summary>Above this limit a heat sink in 25 C air would let the die pass 75 C, and vendors sell cold plates: the H100's 700 W.</summary>
    private static readonly Watts MostInAir = Watts.FromWatts(700);

    /// <summary>A card with the cooling that is usual for its limit.</summary>
    public static SimulatedGpuRating Of(double idleWatts, double limitWatts)
    {
        var limit = Watts.FromWatts(limitWatts);
        return new(Watts.FromWatts(idleWatts), limit, limit > MostInAir ? ThermalMass.ColdPlate : ThermalMass.HeatSink);
    }
}

/// <summary>What leases on a simulated card are told apart by.</summary>
public readonly record struct SimulatedLease(string Job, long Generation, int Task);

/// <summary>The work of a lease as the simulation sees it.</summary>
/// <param name="FullSpeedSeconds">Simulated seconds it takes when nothing slows it.</param>
/// <param name="Tokens">Made evenly over its course.</param>
/// <param name="Utilisation">0 to 1: how much of its share of the span from idle to limit it draws.</param>
public sealed record SimulatedRun(double FullSpeedSeconds, double Tokens, double Utilisation = 1);

/// <summary>Readings of a card.</summary>
public readonly record struct SimulatedSample(double PowerWatts, double TemperatureCelsius, double Utilisation);

/// <summary>How far a lease's work is.</summary>
/// <param name="Share">0 to 1.</param>
/// <param name="Done">True once all of it is done.</param>
/// <param name="Tokens">Tokens made so far.</param>
public readonly record struct SimulatedProgress(double Share, bool Done, double Tokens);

/// <summary>What a card is doing, the gravest of what its leases do.</summary>
public enum SimulatedGpuState
{
    Idle,
    Completed,
    Running,
    Hung,
    Failed,
}
