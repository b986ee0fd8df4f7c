using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Cooling;

/// <summary>
/// Which rack breathes whose hot air. With K = diag(density * flow * specific heat) and A[i][j] the share of the air that
/// leaves rack i and enters rack j, the energy balance of every inlet gives T_in = T_supply + D * P with
/// D = (K - A^T K)^-1 - K^-1 (Tang, Gupta and Varsamopoulos, IEEE Cluster 2007).
/// </summary>
public sealed class Recirculation
{
    private readonly double[][] _distribution;
    private readonly double[] _wattsPerKelvin;

    /// <summary>Works out how heat is distributed.</summary>
    /// <param name="shares">A: a square matrix of shares, each row of which sums to less than 1.</param>
    /// <param name="flows">Air through each rack, above 0.</param>
    /// <param name="air">The air.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share or flow is not in its range, or the sizes differ.</exception>
    public Recirculation(IReadOnlyList<IReadOnlyList<double>> shares, IReadOnlyList<FluidFlow> flows, Fluid air)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentNullException.ThrowIfNull(flows);
        Require.Count(shares.Count, 1, nameof(shares));
        if (flows.Count != shares.Count || shares.Any(row => row.Count != shares.Count))
            throw new ArgumentOutOfRangeException(nameof(shares), shares.Count, "The matrix must be square, with a flow for each of its rows.");
        foreach (var row in shares)
        {
            foreach (var share in row)
                Require.Share(share, nameof(shares));
            if (row.Sum() >= 1)
                throw new ArgumentOutOfRangeException(nameof(shares), row.Sum(), "Some of the air of every rack must return to the cooling: each row must sum to less than 1.");
        }
        _wattsPerKelvin = [.. flows.Select(flow => Require.Positive(air.WattsPerKelvin(flow.CubicMetresPerSecond), nameof(flows)))];
        _distribution = Distribute(shares);
    }

    /// <summary>Heat that each rack's air carries for each kelvin it warms, in W/K: the diagonal of K.</summary>
    public IReadOnlyList<double> WattsPerKelvin => _wattsPerKelvin;

    /// <summary>D: how many kelvin the inlet of a rack (row) warms for each watt of a rack (column).</summary>
    public IReadOnlyList<IReadOnlyList<double>> KelvinPerWatt => _distribution;

    /// <summary>The temperature at each rack's inlet.</summary>
    /// <param name="heat">Each rack's heat, 0 or more.</param>
    /// <param name="supply">The cooling's supply temperature.</param>
    public IReadOnlyList<Celsius> Inlets(IReadOnlyList<Watts> heat, Celsius supply)
    {
        if (heat.Count != _wattsPerKelvin.Length)
            throw new ArgumentOutOfRangeException(nameof(heat), heat.Count, $"There must be a heat for each of the {_wattsPerKelvin.Length} racks.");
        foreach (var watts in heat)
            Require.NotNegative(watts.Value, nameof(heat));
        return [.. _distribution.Select(row => Celsius.FromDegrees(supply.Value + row.Zip(heat, (share, watts) => share * watts.Value).Sum()))];
    }

    /// <summary>The temperature at each rack's outlet: its inlet and what its own heat adds.</summary>
    /// <param name="heat">Each rack's heat, 0 or more.</param>
    /// <param name="supply">The cooling's supply temperature.</param>
    public IReadOnlyList<Celsius> Outlets(IReadOnlyList<Watts> heat, Celsius supply) =>
        [.. Inlets(heat, supply).Select((inlet, rack) => Celsius.FromDegrees(inlet.Value + heat[rack].Value / _wattsPerKelvin[rack]))];

    /// <summary>The warmest supply under which every inlet stays within a limit.</summary>
    /// <param name="heat">Each rack's heat, 0 or more.</param>
    /// <param name="limit">The inlets' limit.</param>
    public Celsius WarmestSupply(IReadOnlyList<Watts> heat, Celsius limit) =>
        Celsius.FromDegrees(limit.Value - Inlets(heat, Celsius.FromDegrees(0)).Max(inlet => inlet.Value));

    private double[][] Distribute(IReadOnlyList<IReadOnlyList<double>> shares)
    {
        var size = _wattsPerKelvin.Length;
        var balance = new double[size][];
        for (var row = 0; row < size; row++)
            balance[row] = [.. Enumerable.Range(0, size).Select(column => (row == column ? _wattsPerKelvin[row] : 0) - shares[column][row] * _wattsPerKelvin[column])];
        var inverse = Matrix.Inverse(balance);
        for (var rack = 0; rack < size; rack++)
            inverse[rack][rack] -= 1 / _wattsPerKelvin[rack];
        return inverse;
    }
}
