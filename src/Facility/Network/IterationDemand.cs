namespace ControlPlane.Facility.Network;

/// <summary>
/// What data-parallel training asks of the network each iteration: the gradients leave the node during the part of the
/// backward pass that can hide them.
/// </summary>
public sealed record IterationDemand
{
    /// <summary>Works the demand out.</summary>
    /// <param name="parameters">Trained parameters, above 0.</param>
    /// <param name="bytesPerGradient">2 for bf16, 4 for fp32; above 0.</param>
    /// <param name="nodes">1 or more.</param>
    /// <param name="gpusPerNode">1 or more.</param>
    /// <param name="computeSeconds">Compute of one iteration, above 0.</param>
    /// <param name="overlap">Share of it that can hide communication, above 0, at most 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public IterationDemand(double parameters, double bytesPerGradient, int nodes, int gpusPerNode, double computeSeconds, double overlap)
    {
        GradientBytes = Require.Positive(parameters) * Require.Positive(bytesPerGradient);
        NicBytesPerGpu = new HierarchicalAllReduce(GradientBytes, nodes, gpusPerNode).NicBytesPerGpu;
        WindowSeconds = Require.Positive(computeSeconds) * Require.PositiveShare(overlap);
        ComputeSeconds = computeSeconds;
    }

    /// <summary>Gradients of one iteration.</summary>
    public double GradientBytes { get; }

    /// <summary>Bytes that each GPU's adapter sends.</summary>
    public double NicBytesPerGpu { get; }

    /// <summary>Compute of one iteration.</summary>
    public double ComputeSeconds { get; }

    /// <summary>How long they may take unnoticed.</summary>
    public double WindowSeconds { get; }

    /// <summary>The rate that hides them, in bytes per second and GPU.</summary>
    public double BytesPerSecondPerGpu => NicBytesPerGpu / WindowSeconds;

    /// <summary>Seconds of an iteration when each adapter gets a rate: whatever does not fit the window is waited for.</summary>
    /// <param name="bytesPerSecond">Above 0.</param>
    public double IterationSeconds(double bytesPerSecond) =>
        ComputeSeconds + Math.Max(0, NicBytesPerGpu / Require.Positive(bytesPerSecond) - WindowSeconds);
}
