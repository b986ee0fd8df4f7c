using System.Diagnostics;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Benchmarks.Twin;

/// <summary>A day of 10,016 GPUs in the stepped virtual hall, a step a second: power, dies, inlets and jobs under caps.</summary>
internal static class PhysicsDay
{
    private const int Racks = 313;
    private const int RackGpus = 32;
    private const int Seconds = 86_400;

    public static void Run()
    {
        var hall = new TwinHall();
        hall.Loops.Add(new TwinLoop("air", Celsius.FromDegrees(24)));
        hall.Domains.Add(new TwinDomain("meter", -1, Watts.FromKilowatts(14_000)));
        for (var rack = 0; rack < Racks; rack++)
        {
            if (rack % 16 == 0)
                hall.Domains.Add(new TwinDomain($"row-{rack / 16}", 0, Watts.FromKilowatts(800)));
            hall.Racks.Add(new TwinRack($"rack-{rack}", 1 + (rack / 16), 0, RackGpus, Watts.FromKilowatts(12)));
            var phase = rack % 7;
            hall.Jobs.Add(new TwinJob($"job-{rack}", CapCurves.Find("A100-SXM4-400W", WorkloadClass.Training)!, FlexClass.Flex2)
            {
                Demand = at => Watts.FromWatts(((int)at.TotalSeconds + phase) % 7 < 6 ? 380 : 250),
                MostCap = Watts.FromWatts(400),
            }.On(rack, RackGpus));
        }
        hall.Settle();
        var watch = Stopwatch.StartNew();
        for (var second = 0; second < Seconds; second++)
            hall.Step(TimeSpan.FromSeconds(1));
        Figure.Print("physics-10016-gpus-one-day-at-1-hz", watch.Elapsed.TotalSeconds, "s");
    }
}
