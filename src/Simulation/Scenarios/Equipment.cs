using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>What the halls of the scenarios are furnished with.</summary>
internal static class Equipment
{
    /// <summary>GPUs of an NVL72 rack.</summary>
    public const int Nvl72Gpus = 72;

    /// <summary>All of an NVL72 rack but its GPUs.</summary>
    public static Watts Nvl72Trays { get; } = Watts.FromWatts(22_000);

    /// <summary>The most that a GPU of an NVL72 rack draws, and its devices' own limit.</summary>
    public static Watts Nvl72Gpu { get; } = Watts.FromWatts(1200);

    /// <summary>What all but the GPUs of a DGX H100 draw: 8.4 kW, the most that was measured of one, less eight times 700 W.</summary>
    public static Watts DgxOverhead { get; } = Watts.FromWatts(2800);

    /// <summary>A hall of air-cooled H100: one loop of air at 24 C, heat sinks, throttling from 87 C on.</summary>
    public static TwinHall AirCooled()
    {
        var hall = new TwinHall { Slowdown = Celsius.FromDegrees(87), Die = ThermalMass.HeatSink };
        hall.Loops.Add(new TwinLoop("air", Celsius.FromDegrees(24)));
        return hall;
    }

    /// <summary>A rack of four DGX H100: 32 GPUs.</summary>
    public static TwinRack DgxRack(string name, int domain) => new(name, domain, 0, 32, DgxOverhead * 4);

    /// <summary>An NVL72 rack.</summary>
    public static TwinRack Nvl72(int number, int domain, int loop = 0) => new($"nvl72-{number}", domain, loop, Nvl72Gpus, Nvl72Trays);

    /// <summary>
    /// Work on H100. No sweep of H100 by class is published: the A100's curve is taken, in proportion to what the GPU draws.
    /// </summary>
    /// <param name="name">The job's name.</param>
    /// <param name="work">What it does; training alone is a gang.</param>
    /// <param name="flex">How much it may lose.</param>
    /// <param name="demand">What one GPU draws without a cap, by time since the start; 650 W by default.</param>
    /// <param name="asked">How much of its output it is asked for, 0 to 1; all by default.</param>
    public static TwinJob H100(string name, WorkloadClass work, FlexClass flex, Func<TimeSpan, Watts>? demand = null, Func<TimeSpan, double>? asked = null) =>
        new(name, CapCurves.Find("A100-SXM4-400W", work)!, flex)
        {
            Demand = demand ?? (_ => Watts.FromWatts(650)),
            Asked = asked ?? (_ => 1),
            LeastCap = Watts.FromWatts(200),
            MostCap = Watts.FromWatts(700),
            IsGang = work == WorkloadClass.Training,
        };

    /// <summary>Work on the GPUs of an NVL72 rack, with the A100's curve in proportion.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="work">What it does; training alone is a gang.</param>
    /// <param name="flex">How much it may lose.</param>
    /// <param name="demand">What one GPU draws without a cap, by time since the start.</param>
    /// <param name="checkpointEvery">How often it saves its work; every ten minutes by default.</param>
    public static TwinJob Gb200(string name, WorkloadClass work, FlexClass flex, Func<TimeSpan, Watts> demand, TimeSpan? checkpointEvery = null) =>
        new(name, CapCurves.Find("A100-SXM4-400W", work)!, flex)
        {
            Demand = demand,
            Idle = Watts.FromWatts(120),
            LeastCap = Watts.FromWatts(200),
            MostCap = Nvl72Gpu,
            IsGang = work == WorkloadClass.Training,
            CheckpointEvery = checkpointEvery ?? TimeSpan.FromMinutes(10),
        };
}
