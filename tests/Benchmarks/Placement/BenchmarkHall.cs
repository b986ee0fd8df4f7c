using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Benchmarks.Placement;

/// <summary>Halls of many equal nodes with a three-level electrical tree, one cooling loop a row and trunks above every leaf.</summary>
internal static class BenchmarkHall
{
    private const int NodesPerRack = 4;
    private const int RacksPerLeaf = 8;
    private const int LeavesPerSpine = 16;

    public static HallLayout Of(int nodeCount, int gpus)
    {
        var rackCount = (nodeCount + NodesPerRack - 1) / NodesPerRack;
        var leaves = (rackCount + RacksPerLeaf - 1) / RacksPerLeaf;
        var spines = (leaves + LeavesPerSpine - 1) / LeavesPerSpine;
        var power = new List<HallPowerDomain> { new(new PowerDomainId("feed"), "feed", -1, Watts.FromKilowatts(12.0 * nodeCount)) };
        for (var leaf = 0; leaf < leaves; leaf++)
            power.Add(new HallPowerDomain(new PowerDomainId($"pdu-{leaf}"), "pdu", 0, Watts.FromKilowatts(12.0 * NodesPerRack * RacksPerLeaf)));
        var racks = new List<HallRack>();
        var nodes = new List<HallNode>();
        for (var rack = 0; rack < rackCount; rack++)
        {
            var leaf = rack / RacksPerLeaf;
            var here = Math.Min(NodesPerRack, nodeCount - nodes.Count);
            power.Add(new HallPowerDomain(new PowerDomainId($"rack-{rack}"), "rack", 1 + leaf, Watts.FromKilowatts(11.0 * NodesPerRack)));
            racks.Add(new HallRack(
                new RackId($"rack-{rack}"), "dgx", leaf / 4, leaf, leaf / LeavesPerSpine, power.Count - 1, leaf, leaves + leaf / LeavesPerSpine,
                [new CoolingShare(leaf / 4, 1)], nodes.Count, here, Watts.FromWatts(500), Simulated: true));
            for (var node = 0; node < here; node++)
            {
                nodes.Add(new HallNode(
                    new NodeId($"rack-{rack}-n{node}"), rack, 0, gpus, 112_000, Gibibytes.FromGibibytes(2048),
                    Watts.FromWatts(2000), nodes.Count, GigabitsPerSecond.FromGigabits(400)));
            }
        }
        var loops = Enumerable.Range(0, leaves / 4 + 1).Select(row => new HallCoolingLoop(new CoolingLoopId($"cdu-{row}"), Watts.FromKilowatts(2000), Celsius.FromDegrees(30)));
        var links = Enumerable.Range(0, leaves).Select(leaf => new HallLink(new LinkId($"leaf-{leaf}"), GigabitsPerSecond.FromGigabits(400.0 * NodesPerRack * RacksPerLeaf * 8)))
            .Concat(Enumerable.Range(0, spines).Select(spine => new HallLink(new LinkId($"spine-{spine}"), GigabitsPerSecond.FromGigabits(400.0 * NodesPerRack * RacksPerLeaf * 8 * LeavesPerSpine))));
        return new HallLayout(
            new HallId("bench"), "", [new HallGpuModel("h100", Watts.FromWatts(78.8), Watts.FromWatts(700), RunsKernels: false)],
            racks.ToValueList(), nodes.ToValueList(), power.ToValueList(), loops.ToValueList(), links.ToValueList(), []);
    }

    public static JobSpec Job(int tasks, int gpusPerTask, double gigabits = 0, int milli = 0) => new(
        new QueueId("default"), 100,
        [new TaskGroup("workers", tasks, gpusPerTask, milli, [], 4000, Gibibytes.FromGibibytes(32), GigabitsPerSecond.FromGigabits(gigabits))],
        new TopologyRequest(null, null), new SimulatedWork("training", TimeSpan.FromHours(1), 0, 1), null, null);
}
