using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Economics;

/// <summary>
/// Energy and power of tokens. A figure without its batch size means little: on the same GPUs a batch of 1,024 needs a
/// tenth of the energy per token that a batch of 8 does (ML.ENERGY leaderboard, version 3).
/// </summary>
public static class TokenEnergy
{
    /// <summary>Joules for each token.</summary>
    /// <param name="power">0 or more.</param>
    /// <param name="tokensPerSecond">Above 0.</param>
    public static double JoulesPerToken(Watts power, double tokensPerSecond) =>
        Require.NotNegative(power.Value, nameof(power)) / Require.Positive(tokensPerSecond);

    /// <summary>Tokens for each joule.</summary>
    /// <param name="power">Above 0.</param>
    /// <param name="tokensPerSecond">0 or more.</param>
    public static double TokensPerJoule(Watts power, double tokensPerSecond) =>
        Require.NotNegative(tokensPerSecond) / Require.Positive(power.Value, nameof(power));

    /// <summary>Tokens a second for each megawatt.</summary>
    /// <param name="power">Above 0.</param>
    /// <param name="tokensPerSecond">0 or more.</param>
    public static double TokensPerSecondPerMegawatt(Watts power, double tokensPerSecond) => TokensPerJoule(power, tokensPerSecond) * 1e6;

    /// <summary>Kilowatt-hours for a million tokens.</summary>
    /// <param name="power">0 or more.</param>
    /// <param name="tokensPerSecond">Above 0.</param>
    public static double KilowattHoursPerMillion(Watts power, double tokensPerSecond) => JoulesPerToken(power, tokensPerSecond) / 3.6;
}
