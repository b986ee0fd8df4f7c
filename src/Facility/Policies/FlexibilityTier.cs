using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Facility.Policies;

/// <summary>
/// The power limits that a job accepts which may lose so much of its speed and no more (Emerald's Flex 0 to 3,
/// arXiv:2507.00909), by the measured curve of its class of work on each GPU model.
/// </summary>
public static class FlexibilityTier
{
    /// <summary>Distance of two limits in percent: small enough to lose little, large enough to be worth an order to the racks.</summary>
    public const int Step = 5;

    /// <summary>The limits in percent of the model's default one, highest first: 100, then in steps as far as the tier allows.</summary>
    /// <param name="model">The GPU model.</param>
    /// <param name="workload">The class of work.</param>
    /// <param name="mayLose">Most of its speed that it may lose, in percent, 0 to 100.</param>
    public static IReadOnlyList<int> Percents(GpuModel model, WorkloadClass workload, int mayLose)
    {
        ArgumentNullException.ThrowIfNull(model);
        var accepted = new List<int> { 100 };
        for (var percent = 100 - Step; percent > 0; percent -= Step)
        {
            var limit = Watts.FromWatts(model.LimitWatts.Value * percent / 100);
            var isLow = limit.Value < (model.MinimumLimitWatts?.Value ?? 0);
            if (isLow || ModelCurves.Speed(model, workload, limit) is not { } speed || speed < 1 - (mayLose / 100.0))
                break;
            accepted.Add(percent);
        }
        return accepted;
    }
}
