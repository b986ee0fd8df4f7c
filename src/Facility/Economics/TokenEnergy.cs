namespace ControlPlane.Facility.Economics;

/// <summary>
/// Energy and power of tokens, with power in watts. A figure without its batch size means little: on the same GPUs a batch of 1,024 needs a
/// tenth of the energy per token that a batch of 8 does (ML.ENERGY leaderboard, version 3).
/// </summary>
public static class TokenEnergy
{
    /// <summary>Joules for each token.</summary>
    /// <param name="watts">0 or more.</param>
    /// <param name="tokensPerSecond">Above 0.</param>
    public static double JoulesPerToken(double watts, double tokensPerSecond) =>
        Require.NotNegative(watts) / Require.Positive(tokensPerSecond);

    /// <summary>Tokens for each joule.</summary>
    /// <param name="watts">Above 0.</param>
    /// <param name="tokensPerSecond">0 or more.</param>
    public static double TokensPerJoule(double watts, double tokensPerSecond) =>
        Require.NotNegative(tokensPerSecond) / Require.Positive(watts);

    /// <summary>Tokens a second for each megawatt.</summary>
    /// <param name="watts">Above 0.</param>
    /// <param name="tokensPerSecond">0 or more.</param>
    public static double TokensPerSecondPerMegawatt(double watts, double tokensPerSecond) => TokensPerJoule(watts, tokensPerSecond) * 1e6;

    /// <summary>Kilowatt-hours for a million tokens.</summary>
    /// <param name="watts">0 or more.</param>
    /// <param name="tokensPerSecond">Above 0.</param>
    public static double KilowattHoursPerMillion(double watts, double tokensPerSecond) => JoulesPerToken(watts, tokensPerSecond) / 3.6;
}
