namespace ControlPlane.Facility.Economics;

/// <summary>
/// Money for tokens. Both directions are derived from one identity, dollars per million tokens times tokens a second
/// times 3,600 over a million is dollars per GPU-hour, so that they cannot drift apart.
/// </summary>
public static class TokenCost
{
    private const double SecondsPerHour = 3600;

    /// <summary>Dollars for a million tokens.</summary>
    /// <param name="dollarsPerGpuHour">0 or more.</param>
    /// <param name="tokensPerSecondPerGpu">Above 0.</param>
    /// <param name="utilisation">Share of the hour in which tokens are made, above 0, at most 1.</param>
    public static double DollarsPerMillion(double dollarsPerGpuHour, double tokensPerSecondPerGpu, double utilisation = 1) =>
        Require.NotNegative(dollarsPerGpuHour) * 1e6 / (Require.Positive(tokensPerSecondPerGpu) * SecondsPerHour * Require.PositiveShare(utilisation));

    /// <summary>Dollars that a GPU-hour earns at a price.</summary>
    /// <param name="dollarsPerMillion">0 or more.</param>
    /// <param name="tokensPerSecondPerGpu">0 or more.</param>
    public static double DollarsPerGpuHour(double dollarsPerMillion, double tokensPerSecondPerGpu) =>
        Require.NotNegative(dollarsPerMillion) * Require.NotNegative(tokensPerSecondPerGpu) * SecondsPerHour / 1e6;

    /// <summary>Tokens a second and GPU that a price asks for.</summary>
    /// <param name="dollarsPerGpuHour">0 or more.</param>
    /// <param name="dollarsPerMillion">Above 0.</param>
    public static double TokensPerSecondFor(double dollarsPerGpuHour, double dollarsPerMillion) =>
        Require.NotNegative(dollarsPerGpuHour) * 1e6 / (Require.Positive(dollarsPerMillion) * SecondsPerHour);
}
