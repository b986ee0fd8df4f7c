using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Economics;

/// <summary>What an hour of one GPU costs its owner, from the bottom up.</summary>
public sealed record GpuHour
{
    /// <summary>Hours of a year of 365 days.</summary>
    public const double HoursPerYear = 8760;

    /// <summary>Makes one.</summary>
    /// <param name="capitalDollars">Price of the GPU with its share of everything around it, 0 or more.</param>
    /// <param name="years">Over which it is written off, above 0.</param>
    /// <param name="equipment">What it draws with its share of the node, 0 or more.</param>
    /// <param name="pue">What the meter counts over that, 1 or more.</param>
    /// <param name="dollarsPerKilowattHour">Price of electricity; below 0 at hours when a grid pays for being relieved.</param>
    /// <param name="operatingDollars">Everything else an hour costs, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public GpuHour(
        double capitalDollars, double years, Watts equipment, double pue, double dollarsPerKilowattHour, double operatingDollars = 0)
    {
        Capital = Require.NotNegative(capitalDollars) / (Require.Positive(years) * HoursPerYear);
        Require.NotNegative(equipment.Value, nameof(equipment));
        Energy = equipment.Kilowatts * Require.AtLeast(pue, 1) * Require.Finite(dollarsPerKilowattHour);
        Operating = Require.NotNegative(operatingDollars);
    }

    /// <summary>Dollars an hour for the equipment itself.</summary>
    public double Capital { get; }

    /// <summary>Dollars an hour for electricity.</summary>
    public double Energy { get; }

    /// <summary>Dollars an hour for everything else.</summary>
    public double Operating { get; }

    /// <summary>Dollars an hour.</summary>
    public double Total => Capital + Energy + Operating;

    /// <summary>The equipment's share of the whole, 0 when nothing costs anything.</summary>
    public double CapitalShare => Total == 0 ? 0 : Capital / Total;
}
