using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Facility.Gpus;
using ControlPlane.Facility.Grid;
using ControlPlane.Simulation.Twin;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Scenarios;

/// <summary>
/// The floor of the oversubscribed hall: racks of five DGX H100, a quarter of the nodes serving and the others training, on five
/// rows below one meter. Nodes are filled in order, so that fewer of them hold the same mix.
/// </summary>
internal static class HallFloor
{
    /// <summary>Nodes there is room for.</summary>
    public const int MostNodes = 125;

    private const int NodeGpus = 8;
    private const int RackNodes = 5;
    private const int Rows = 5;

    /// <summary>Nameplate of a DGX H100 (NVIDIA).</summary>
    public static Watts NodeNameplate { get; } = Watts.FromWatts(10_200);

    /// <summary>A node whose GPUs are all at the lowest cap they accept.</summary>
    public static Watts NodeArmed { get; } = Equipment.DgxOverhead + Watts.FromWatts(NodeGpus * 200);

    /// <summary>What the meter may show.</summary>
    public static Watts Envelope { get; } = Watts.FromKilowatts(950);

    /// <summary>Nodes that the envelope carries at nameplate.</summary>
    public static int ByNameplate => (int)(Envelope / NodeNameplate);

    /// <summary>True for a replica of a service.</summary>
    public static bool IsServing(TwinJob job) => job.Curve.Class == WorkloadClass.Decode;

    /// <summary>Builds it with so many nodes.</summary>
    public static TwinHall Build(HallLoad load, int nodes, TimeSpan length)
    {
        var hall = Equipment.AirCooled();
        hall.Domains.Add(new TwinDomain("meter", -1, Envelope));
        // A row may carry a sixth more than its part, as feeds are built in sizes.
        for (var row = 0; row < Rows; row++)
            hall.Domains.Add(new TwinDomain($"row-{row + 1}", 0, Envelope * (1.17 / Rows)));
        var training = new List<int>();
        var serving = new ServingFleet(load);
        for (var node = 0; node < nodes; node++)
        {
            var rack = node / RackNodes;
            if (node % RackNodes == 0)
            {
                var count = Math.Min(RackNodes, nodes - node);
                hall.Racks.Add(new TwinRack($"dgx-{rack + 1}", 1 + (rack % Rows), 0, count * NodeGpus, Equipment.DgxOverhead * count));
            }
            if (node % 4 == 1)
                hall.Jobs.Add(serving.Next().On(rack, NodeGpus));
            else
                training.AddRange(Enumerable.Repeat(rack, NodeGpus));
        }
        hall.Jobs.AddRange(new TrainingFleet(load.Training, length).On(training));
        return hall;
    }
}
