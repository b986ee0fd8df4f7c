using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Scheduling;

namespace ControlPlane.Grains.Placement;

/// <summary>Where each name of a layout stands: placement counts by index, the ledger and people speak by name.</summary>
internal sealed class HallNames
{
    private readonly List<int>[] _racksBelow;

    public HallNames(HallLayout layout)
    {
        Layout = layout;
        for (var index = 0; index < layout.PowerDomains.Count; index++)
            Domains[layout.PowerDomains[index].Id] = index;
        for (var index = 0; index < layout.Links.Count; index++)
            Links[layout.Links[index].Id] = index;
        for (var index = 0; index < layout.Racks.Count; index++)
            Racks[layout.Racks[index].Id] = index;
        for (var index = 0; index < layout.CoolingLoops.Count; index++)
            Loops[layout.CoolingLoops[index].Id] = index;
        _racksBelow = [.. layout.PowerDomains.Select(_ => new List<int>())];
        for (var index = 0; index < layout.Racks.Count; index++)
        {
            for (var domain = layout.Racks[index].PowerDomain; domain >= 0; domain = layout.PowerDomains[domain].Parent)
                _racksBelow[domain].Add(index);
        }
        for (var index = 0; index < layout.Nodes.Count; index++)
        {
            var node = layout.Nodes[index];
            Nodes[node.Id] = index;
            for (var gpu = 0; gpu < node.Gpus; gpu++)
                Gpus[GrainKeys.GpuOf(node.Id, gpu)] = (index, gpu);
        }
    }

    public static HallNames Empty { get; } =
        new(new HallLayout(new HallId("none"), "", [], [], [], [], [], [], []));

    public HallLayout Layout { get; }

    public Dictionary<PowerDomainId, int> Domains { get; } = [];

    public Dictionary<LinkId, int> Links { get; } = [];

    public Dictionary<CoolingLoopId, int> Loops { get; } = [];

    public Dictionary<RackId, int> Racks { get; } = [];

    public Dictionary<NodeId, int> Nodes { get; } = [];

    public Dictionary<GpuId, (int Node, int Gpu)> Gpus { get; } = [];

    /// <summary>The GPUs of an assignment, by name.</summary>
    public ValueList<GpuId> GpusOf(Assignment assignment) => assignment.Tasks
        .SelectMany(task => task.Gpus.Select(gpu => GrainKeys.GpuOf(Layout.Nodes[task.Node].Id, gpu))).Distinct().ToValueList();

    /// <summary>The racks that a power domain feeds.</summary>
    public IReadOnlyList<int> RacksBelow(int domain) => _racksBelow[domain];

    /// <summary>The racks whose heat a cooling loop carries, or a part of it; none for a loop of another layout.</summary>
    public IEnumerable<int> RacksOn(CoolingLoopId loop) => !Loops.TryGetValue(loop, out var index) ? []
        : Enumerable.Range(0, Layout.Racks.Count).Where(rack => Layout.Racks[rack].Cooling.Any(share => share.Loop == index && share.Share > 0));

    /// <summary>The racks that an assignment touches.</summary>
    public IEnumerable<int> RacksOf(Assignment assignment) =>
        assignment.Tasks.Select(task => Layout.Nodes[task.Node].Rack).Distinct();

    /// <summary>The same assignment in another layout's indexes. Its nodes were checked to stand there.</summary>
    public Assignment Move(Assignment assignment, HallNames other) =>
        assignment with { Tasks = assignment.Tasks.Select(task => task with { Node = other.Nodes[Layout.Nodes[task.Node].Id] }).ToValueList() };

    /// <summary>Why an assignment cannot be kept in another layout, or null.</summary>
    public string? Obstacle(Assignment assignment, HallNames other)
    {
        foreach (var task in assignment.Tasks)
        {
            var node = Layout.Nodes[task.Node];
            if (!other.Nodes.TryGetValue(node.Id, out var index))
                return $"node {node.Id} would go";
            var after = other.Layout.Nodes[index];
            if (after.Gpus < node.Gpus || ModelOf(node, Layout) != ModelOf(after, other.Layout))
                return $"node {node.Id} would change its GPUs";
        }
        return null;
    }

    private static HallGpuModel? ModelOf(HallNode node, HallLayout layout) =>
        node.GpuModel < 0 ? null : layout.GpuModels[node.GpuModel];
}
