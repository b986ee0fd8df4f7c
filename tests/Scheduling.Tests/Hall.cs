using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Builds tiny halls for tests; what is not said is without limit.</summary>
internal sealed class Hall
{
    private readonly List<HallGpuModel> _models = [];
    private readonly List<HallRack> _racks = [];
    private readonly List<HallNode> _nodes = [];
    private readonly List<HallPowerDomain> _power = [];
    private readonly List<HallCoolingLoop> _loops = [];
    private readonly List<HallLink> _links = [];
    private readonly List<HallQueue> _queues = [];
    private string _jurisdiction = "";

    public Hall Under(string jurisdiction)
    {
        _jurisdiction = jurisdiction;
        return this;
    }

    /// <summary>How an H100 is cut into MIG instances.</summary>
    public static MigGeometry Mig { get; } = HardwareCatalogue.Default.Gpu("H100-SXM5-80GB")!.Mig!.ToGeometry();

    public Hall Model(string name, double idle = 0, double limit = 0, bool kernels = false, bool mig = false)
    {
        _models.Add(new HallGpuModel(name, Watts.FromWatts(idle), Watts.FromWatts(limit), kernels) { Mig = mig ? Mig : null });
        return this;
    }

    public Hall Power(string name, double watts, string? parent = null)
    {
        _power.Add(new HallPowerDomain(new PowerDomainId(name), "feed", PowerIndex(parent), Watts.FromWatts(watts)));
        return this;
    }

    /// <summary>The named domains carry the first one's load when it fails.</summary>
    public Hall Backed(string name, params string[] backups)
    {
        _power[PowerIndex(name)] = _power[PowerIndex(name)] with { BackedBy = backups.Select(PowerIndex).ToValueList() };
        return this;
    }

    public Hall Loop(string name, double watts)
    {
        _loops.Add(new HallCoolingLoop(new CoolingLoopId(name), Watts.FromWatts(watts), Celsius.FromDegrees(30)));
        return this;
    }

    public Hall Link(string name, double gigabits)
    {
        _links.Add(new HallLink(new LinkId(name), GigabitsPerSecond.FromGigabits(gigabits)));
        return this;
    }

    public Hall Queue(string name, long limitMilli = -1, string? parent = null)
    {
        var above = parent is null ? -1 : _queues.FindIndex(queue => queue.Id.Value == parent);
        _queues.Add(new HallQueue(new QueueId(name), above, limitMilli));
        return this;
    }

    public Hall Rack(
        string name, int nodes, int gpus, string? model = null, string? power = null, string? loop = null, double share = 1,
        int leaf = -1, int spine = -1, int row = 0, string? leafLink = null, string? spineLink = null, bool oneNvlinkDomain = false,
        int cpu = 1_000_000, double memory = 10_000, double network = 0, double nodeBase = 0, bool simulated = true)
    {
        if (gpus > 0 && _models.Count == 0)
            Model("h100");
        var rack = _racks.Count;
        ValueList<CoolingShare> cooling = loop is null ? [] : [new CoolingShare(_loops.FindIndex(one => one.Id.Value == loop), share)];
        _racks.Add(new HallRack(
            new RackId(name), "test", row, leaf, spine, PowerIndex(power), LinkIndex(leafLink), LinkIndex(spineLink),
            cooling, _nodes.Count, nodes, Watts.Zero, simulated));
        var modelIndex = gpus == 0 ? -1 : model is null ? 0 : _models.FindIndex(one => one.Name == model);
        for (var number = 0; number < nodes; number++)
        {
            var index = _nodes.Count;
            _nodes.Add(new HallNode(
                new NodeId($"{name}-n{number:00}"), rack, modelIndex, gpus, cpu, Gibibytes.FromGibibytes(memory),
                Watts.FromWatts(nodeBase), oneNvlinkDomain ? 10_000 + rack : index, GigabitsPerSecond.FromGigabits(network)));
        }
        return this;
    }

    public HallLayout Layout() => new(
        new HallId("hall-1"), _jurisdiction, _models.ToValueList(), _racks.ToValueList(), _nodes.ToValueList(),
        _power.ToValueList(), _loops.ToValueList(), _links.ToValueList(), _queues.ToValueList());

    public HallState State() => new(Layout());

    private int PowerIndex(string? name) => name is null ? -1 : _power.FindIndex(domain => domain.Id.Value == name);

    private int LinkIndex(string? name) => name is null ? -1 : _links.FindIndex(link => link.Id.Value == name);
}
