using ControlPlane.Domain.Units;
using ControlPlane.Facility.Conversion;

namespace ControlPlane.Simulation.Measured;

/// <summary>
/// An eight-GPU server as it draws from the wall, by the chassis model (CPUs, fans, power supplies) and two levels of its
/// GPUs, idle and at work: steps, as the twin of years has them. A lag of the parts' warming up was tried and made the error
/// a tenth of a percent smaller, which is not worth two more parameters.
/// </summary>
/// <param name="Chassis">The chassis.</param>
/// <param name="IdleGpuWatts">All GPUs together, idle.</param>
/// <param name="BusyGpuWatts">All GPUs together, at work.</param>
public sealed record ServerFit(ChassisProfile Chassis, double IdleGpuWatts, double BusyGpuWatts)
{
    /// <summary>Fits a series that has idle time before its run: each level to the mean of its time.</summary>
    /// <param name="chassis">The chassis.</param>
    /// <param name="series">The series.</param>
    /// <exception cref="ArgumentException">It has no idle time before its run, or no run.</exception>
    public static ServerFit To(ChassisProfile chassis, IReadOnlyList<PowerSample> series)
    {
        ArgumentNullException.ThrowIfNull(chassis);
        List<double> before = [.. series.TakeWhile(sample => !sample.InRun).Select(sample => sample.Watts)];
        List<double> run = [.. series.Where(sample => sample.InRun).Select(sample => sample.Watts)];
        return before.Count > 0 && run.Count > 0
            ? new ServerFit(chassis, GpusFor(chassis, before.Average()), GpusFor(chassis, run.Average()))
            : throw new ArgumentException("A series with idle time before its run was expected.");
    }

    /// <summary>What it draws at the wall at every sample, of which only whether work runs is looked at.</summary>
    /// <param name="series">The series.</param>
    public IReadOnlyList<double> Model(IReadOnlyList<PowerSample> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        var (idle, busy) = (WallFor(Chassis, IdleGpuWatts), WallFor(Chassis, BusyGpuWatts));
        return [.. series.Select(sample => sample.InRun ? busy : idle)];
    }

    private static double WallFor(ChassisProfile chassis, double gpuWatts) => chassis.At(Watts.FromWatts(gpuWatts)).AlternatingWatts;

    // What the wall sees rises with what the GPUs draw: halved until it is found.
    private static double GpusFor(ChassisProfile chassis, double wallWatts)
    {
        var (low, high) = (0.0, wallWatts);
        for (var round = 0; round < 60; round++)
        {
            var middle = (low + high) / 2;
            (low, high) = WallFor(chassis, middle) < wallWatts ? (middle, high) : (low, middle);
        }
        return low;
    }
}
