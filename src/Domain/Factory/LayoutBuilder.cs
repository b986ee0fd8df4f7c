using System.Collections.Immutable;
using System.Globalization;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Factory;

/// <summary>Makes a hall's layout from checked manifests. The same manifests always make the same layout.</summary>
internal sealed class LayoutBuilder(ImmutableSortedDictionary<string, Manifest> objects, HardwareCatalogue catalogue)
{
    private readonly List<HallGpuModel> _models = [];
    private readonly Dictionary<string, int> _modelIndex = new(StringComparer.Ordinal);
    private readonly List<HallRack> _racks = [];
    private readonly List<HallNode> _nodes = [];
    private readonly List<HallPowerDomain> _domains = [];
    private readonly Dictionary<string, int> _domainIndex = new(StringComparer.Ordinal);
    private readonly List<HallCoolingLoop> _loops = [];
    private readonly Dictionary<string, int> _loopIndex = new(StringComparer.Ordinal);
    private readonly List<HallLink> _links = [];
    private readonly Dictionary<string, FabricGroups> _fabrics = new(StringComparer.Ordinal);
    private int _leaves;
    private int _spines;
    private int _nvlinkDomains;

    public static string RackName(string manifest, int number) =>
        manifest + "-" + number.ToString("00", CultureInfo.InvariantCulture);

    public static string NodeName(string rack, int index) => rack + "-n" + index.ToString("00", CultureInfo.InvariantCulture);

    public HallLayout Build(Manifest hall)
    {
        var spec = (HallSpec)hall.Spec;
        var site = (SiteSpec)objects["Site/" + spec.Site].Spec;
        AddPowerDomains(hall.Name);
        foreach (var (name, loop) in InHall<CoolingLoopSpec>(hall.Name, loop => loop.Hall))
        {
            _loopIndex[name] = _loops.Count;
            _loops.Add(new HallCoolingLoop(new CoolingLoopId(name), loop.Capacity, loop.SupplyTemperature));
        }
        foreach (var (name, rack) in InHall<RackSpec>(hall.Name, rack => rack.Hall))
        {
            for (var number = 1; number <= rack.Count; number++)
                AddRack(RackName(name, number), rack);
        }
        return new HallLayout(
            new HallId(hall.Name), site.Jurisdiction, _models.ToValueList(), _racks.ToValueList(), _nodes.ToValueList(),
            _domains.ToValueList(), _loops.ToValueList(), _links.ToValueList(), Queues())
        {
            Datasets = Datasets(site.Jurisdiction),
            TakesTenantKernels = site.TenantKernels,
            Windows = InHall<ReservationSpec>(hall.Name, reservation => reservation.Hall).Select(one => Window(one.Name, one.Spec)).ToValueList(),
        };
    }

    private IEnumerable<(string Name, T Spec)> InHall<T>(string hall, Func<T, string> hallOf) =>
        objects.Values.Where(manifest => manifest.Spec is T spec && hallOf(spec) == hall).Select(manifest => (manifest.Name, (T)manifest.Spec));

    private void AddPowerDomains(string hall)
    {
        var waiting = InHall<PowerDomainSpec>(hall, domain => domain.Hall).ToList();
        while (waiting.Count > 0)
        {
            // Parents first; the references were checked, so each round places at least one.
            foreach (var (name, spec) in waiting.Where(item => item.Spec.Parent is null || _domainIndex.ContainsKey(item.Spec.Parent)).ToList())
            {
                _domainIndex[name] = _domains.Count;
                var parent = spec.Parent is null ? -1 : _domainIndex[spec.Parent];
                _domains.Add(new HallPowerDomain(new PowerDomainId(name), spec.Type, parent, spec.Rating * spec.ContinuousShare) { MostBooked = spec.Oversubscription });
                waiting.Remove((name, spec));
            }
        }
        foreach (var (name, spec) in InHall<PowerDomainSpec>(hall, domain => domain.Hall))
            _domains[_domainIndex[name]] = _domains[_domainIndex[name]] with { BackedBy = spec.BackedBy.Select(other => _domainIndex[other]).Order().ToValueList() };
    }

    private void AddRack(string name, RackSpec spec)
    {
        var type = catalogue.Rack(spec.Type)!;
        var nodeType = catalogue.Node(type.Node)!;
        var domain = _domains.Count;
        var limit = spec.PowerLimit ?? Watts.FromWatts(type.LimitWatts.Value);
        _domains.Add(new HallPowerDomain(new PowerDomainId(name), "rack", _domainIndex[spec.PowerDomain], limit));
        var (leaf, spine, leafLink, spineLink) = spec.Fabric is null ? (-1, -1, -1, -1) : Cable(spec.Fabric);
        var nodes = (int)type.Nodes.Value;
        _racks.Add(new HallRack(
            new RackId(name), type.Name, spec.Row - 1, leaf, spine, domain, leafLink, spineLink, Cooling(spec, type),
            _nodes.Count, nodes, Watts.FromWatts(type.OverheadWatts.Value), spec.Devices == "simulated"));
        var rackDomain = nodeType.NvlinkScope == "rack" ? _nvlinkDomains++ : -1;
        for (var index = 0; index < nodes; index++)
        {
            _nodes.Add(new HallNode(
                new NodeId(NodeName(name, index)), _racks.Count - 1, ModelIndex(nodeType.Gpu, spec.Devices == "agent"),
                (int)nodeType.Gpus.Value, (int)(nodeType.CpuCores.Value * 1000), Gibibytes.FromGibibytes(nodeType.MemoryGibibytes.Value),
                Watts.FromWatts(nodeType.BaseWatts.Value), rackDomain >= 0 ? rackDomain : _nvlinkDomains++,
                GigabitsPerSecond.FromGigabits(nodeType.NetworkGigabitsPerGpu.Value)));
        }
    }

    private ValueList<CoolingShare> Cooling(RackSpec spec, RackType type)
    {
        var shares = new List<CoolingShare>();
        var liquid = type.LiquidShare.Value;
        if (liquid > 0)
            shares.Add(new CoolingShare(_loopIndex[spec.LiquidLoop!], liquid));
        if (liquid < 1)
            shares.Add(new CoolingShare(_loopIndex[spec.AirZone!], 1 - liquid));
        return shares.ToValueList();
    }

    private int ModelIndex(string gpu, bool runsKernels)
    {
        var key = gpu + (runsKernels ? "+kernels" : "");
        if (_modelIndex.TryGetValue(key, out var index))
            return index;
        var model = catalogue.Gpu(gpu)!;
        _models.Add(new HallGpuModel(gpu, Watts.FromWatts(model.IdleWatts.Value), Watts.FromWatts(model.LimitWatts.Value), runsKernels)
        {
            MinimumLimit = Watts.FromWatts(model.MinimumLimitWatts?.Value ?? 0),
            Mig = model.Mig?.ToGeometry(),
        });
        return _modelIndex[key] = _models.Count - 1;
    }

    private (int Leaf, int Spine, int LeafLink, int SpineLink) Cable(string fabric)
    {
        var spec = (FabricSpec)objects["Fabric/" + fabric].Spec;
        if (!_fabrics.TryGetValue(fabric, out var groups))
            _fabrics[fabric] = groups = new FabricGroups();
        if (groups.Racks % spec.RacksPerLeaf == 0)
        {
            if (groups.Leaves % spec.LeavesPerSpine == 0)
            {
                groups.Spine = _spines++;
                groups.SpineLink = spec.SpineUplink is { } uplink
                    ? AddLink($"{fabric}-spine-{groups.Leaves / spec.LeavesPerSpine + 1:00}", uplink)
                    : -1;
            }
            groups.Leaf = _leaves++;
            groups.LeafLink = AddLink($"{fabric}-leaf-{++groups.Leaves:00}", spec.LeafUplink);
        }
        groups.Racks++;
        return (groups.Leaf, groups.Spine, groups.LeafLink, groups.SpineLink);
    }

    private int AddLink(string name, GigabitsPerSecond capacity)
    {
        _links.Add(new HallLink(new LinkId(name), capacity));
        return _links.Count - 1;
    }

    private ValueList<HallQueue> Queues()
    {
        var queues = new List<HallQueue>();
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        var waiting = objects.Values.Where(manifest => manifest.Spec is QueueSpec).Select(manifest => (manifest.Name, Spec: (QueueSpec)manifest.Spec)).ToList();
        while (waiting.Count > 0)
        {
            foreach (var (name, spec) in waiting.Where(item => item.Spec.Parent is null || index.ContainsKey(item.Spec.Parent)).ToList())
            {
                index[name] = queues.Count;
                queues.Add(new HallQueue(new QueueId(name), spec.Parent is null ? -1 : index[spec.Parent], Milli(spec.LimitGpus))
                {
                    QuotaMilliGpu = Milli(spec.QuotaGpus),
                    OverQuotaWeight = spec.OverQuotaWeight,
                });
                waiting.Remove((name, spec));
            }
        }
        return queues.ToValueList();
    }

    private ValueList<HallDataset> Datasets(string jurisdiction) =>
        objects.Values.Where(manifest => manifest.Spec is DatasetSpec).Select(manifest =>
        {
            var spec = (DatasetSpec)manifest.Spec;
            var allowed = spec.Jurisdictions.Count == 0 || spec.Jurisdictions.Contains(jurisdiction, StringComparer.Ordinal);
            return new HallDataset(manifest.Name, allowed, spec.Queues.ToValueList());
        }).ToValueList();

    private HallWindow Window(string name, ReservationSpec spec)
    {
        var nodes = new SortedSet<int>();
        for (var node = 0; node < _nodes.Count; node++)
        {
            if (spec.Nodes.Contains(_nodes[node].Id.Value) || spec.Racks.Contains(_racks[_nodes[node].Rack].Id.Value))
                nodes.Add(node);
        }
        return new HallWindow(name, nodes.ToValueList(), spec.From, spec.Until)
        {
            Queue = spec.Queue is null ? null : new QueueId(spec.Queue),
            Job = spec.Job is null ? null : new JobId(spec.Job),
        };
    }

    private static long Milli(double? gpus) => gpus is { } number ? (long)Math.Round(number * 1000) : -1;

    private sealed class FabricGroups
    {
        public int Racks;
        public int Leaves;
        public int Leaf;
        public int Spine;
        public int LeafLink;
        public int SpineLink;
    }
}
