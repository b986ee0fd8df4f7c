using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Control;

/// <summary>
/// How many nodes an envelope admits beyond what their nameplates add up to. It goes by what nodes were seen to draw
/// together, a quantile of that with a guard on top; the seconds above the quantile are left to armed caps, so it
/// admits no more nodes than those caps can hold within the envelope.
/// </summary>
public sealed record Oversubscription
{
    /// <summary>Nameplates admitted over the envelope at most. Default 1.35: Flex (ISCA 2021) runs 1.33, TAPAS (ASPLOS 2025) up to 1.4.</summary>
    public double MostRatio { get; init; } = 1.35;

    /// <summary>Share of the observed seconds that must fit without any cap. Default 0.95.</summary>
    public double Quantile { get; init; } = 0.95;

    /// <summary>What the quantile is multiplied by, for what was not observed. Default 1.01.</summary>
    public double Guard { get; init; } = 1.01;

    /// <summary>Share of the envelope that armed caps keep to. Default 0.95.</summary>
    public double ArmedShare { get; init; } = 0.95;

    /// <summary>Seconds that must have been observed before anything is booked beyond the nameplates. Default 60.</summary>
    public int LeastSeconds { get; init; } = 60;

    /// <summary>How much may be booked over a limit, going by what was drawn of what was booked.</summary>
    /// <param name="observed">What was drawn over what was committed, second by second; 0 or more.</param>
    /// <param name="mostArmed">What armed caps can hold over the limit.</param>
    /// <returns>1 to <see cref="MostRatio"/>; 1 when too little was observed.</returns>
    public double Factor(IReadOnlyList<double> observed, double mostArmed)
    {
        ArgumentNullException.ThrowIfNull(observed);
        if (observed.Count < LeastSeconds)
            return 1;
        var byDraw = 1 / Math.Max(1e-3, QuantileOf(observed) * Guard);
        return Math.Max(1, Math.Min(MostRatio, Math.Min(byDraw, mostArmed)));
    }

    /// <summary>The number of nodes.</summary>
    /// <param name="envelope">The limit they share.</param>
    /// <param name="nameplate">What one is said to draw at most, above 0.</param>
    /// <param name="armed">What one draws with its armed caps at their lowest, above 0.</param>
    /// <param name="observed">What a node drew in the mean over all of them, second by second; without any, nameplates alone count.</param>
    public int Nodes(Watts envelope, Watts nameplate, Watts armed, IReadOnlyList<double> observed)
    {
        ArgumentNullException.ThrowIfNull(observed);
        Require.Positive(nameplate.Value, nameof(nameplate));
        Require.Positive(armed.Value, nameof(armed));
        var byNameplate = (int)(envelope / nameplate);
        if (observed.Count == 0)
            return byNameplate;
        var byDraw = (int)(envelope.Value / Math.Max(1, QuantileOf(observed) * Guard));
        var byArmed = (int)(ArmedShare * (envelope / armed));
        var byRatio = (int)(MostRatio * (envelope / nameplate));
        return Math.Max(byNameplate, Math.Min(byDraw, Math.Min(byArmed, byRatio)));
    }

    private double QuantileOf(IReadOnlyList<double> observed)
    {
        var sorted = observed.Order().ToArray();
        return sorted[Math.Max(0, (int)Math.Ceiling(Require.Share(Quantile) * sorted.Length) - 1)];
    }
}
