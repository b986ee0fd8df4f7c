using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Caps;

/// <summary>How a cap balancer moves. The defaults are those of Slurm's power plugin (power_mgmt documentation, 2015).</summary>
/// <param name="Budget">All caps together never exceed it.</param>
/// <param name="Least">Lowest cap of a node.</param>
/// <param name="Most">Highest cap of a node.</param>
/// <param name="DecreaseRate">Most that a cap falls in one round, over the range of caps; 0 to 1.</param>
/// <param name="IncreaseRate">Most that a cap rises in one round, over the range of caps; 0 to 1.</param>
/// <param name="LowerThreshold">A node that draws less than this share of its cap gives some of it up; 0 to 1.</param>
/// <param name="UpperThreshold">A node that draws more than this share of its cap is given more; at least the lower one.</param>
public sealed record BalancerOptions(
    Watts Budget, Watts Least, Watts Most, double DecreaseRate = 0.5, double IncreaseRate = 0.2, double LowerThreshold = 0.9,
    double UpperThreshold = 0.95)
{
    internal void Check()
    {
        Require.NotNegative(Budget.Value, nameof(Budget));
        Require.NotNegative(Least.Value, nameof(Least));
        Require.AtLeast(Most.Value, Least.Value, nameof(Most));
        Require.Share(DecreaseRate);
        Require.Share(IncreaseRate);
        Require.Share(LowerThreshold);
        Require.AtLeast(Require.Share(UpperThreshold), LowerThreshold, nameof(UpperThreshold));
    }
}
