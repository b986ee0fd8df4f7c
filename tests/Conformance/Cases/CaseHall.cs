using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Units;

namespace ControlPlane.Conformance.Tests.Cases;

/// <summary>The hall that a case describes, and its names for levels, domains, nodes and power layers.</summary>
internal sealed class CaseHall
{
    private static readonly TopologyLevel[] Narrow = [TopologyLevel.Rack, TopologyLevel.Leaf, TopologyLevel.Spine, TopologyLevel.Row, TopologyLevel.Hall];

    private readonly SchedulingCase _case;
    private readonly Dictionary<string, TopologyLevel> _levels = new(StringComparer.Ordinal) { ["node"] = TopologyLevel.Node };
    private readonly Dictionary<(TopologyLevel Level, string Ours), string> _domainNames = [];
    private readonly List<CaseNode> _nodes;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public CaseHall(SchedulingCase stated)
    {
        _case = stated;
        var outer = stated.Levels.Where(level => level != "node").Reverse().ToList();
        if (outer.Count > Narrow.Length)
            throw new CaseException($"{outer.Count} levels above the node are more than a hall has");
        for (var index = 0; index < outer.Count; index++)
            _levels[outer[index]] = Narrow[index];
        // A rack's nodes stand together, and a node without a rack is one of its own.
        _nodes = [.. stated.Fleet.Select((node, index) => (node, index)).GroupBy(one => RackOf(one.node)).SelectMany(rack => rack.Select(one => one.node))];
        for (var index = 0; index < _nodes.Count; index++)
            _numbers.Add("node/" + _nodes[index].Id, index);
        WattsPerGpu = stated.Running.Concat(stated.Pending).Where(job => job.PowerPerPod is not null)
            .Select(job => job.PowerPerPod!.Value / job.Pods[0].Gpus).DefaultIfEmpty(0).Max();
        Layout = Build();
    }

    public HallLayout Layout { get; }

    /// <summary>What the hungriest job draws of each GPU: the default limit of the hall's GPUs.</summary>
    public double WattsPerGpu { get; }

    public TopologyLevel Level(string name) =>
        _levels.TryGetValue(name, out var level) ? level : throw new CaseException($"there is no level '{name}'");

    /// <summary>The case's name of a level, given ours as reasons say it.</summary>
    public string LevelName(string ours) =>
        _levels.FirstOrDefault(level => string.Equals(level.Value.ToString(), ours, StringComparison.OrdinalIgnoreCase)).Key ?? ours;

    /// <summary>The case's name of a domain, given ours.</summary>
    public string DomainName(string levelOurs, string ours)
    {
        foreach (var ((level, name), theirs) in _domainNames)
        {
            if (name == ours && string.Equals(level.ToString(), levelOurs, StringComparison.OrdinalIgnoreCase))
                return theirs;
        }
        return ours;
    }

    public int Node(string id) =>
        _numbers.TryGetValue("node/" + id, out var number) ? number : throw new CaseException($"there is no node '{id}'");

    public string NodeId(int node) => _nodes[node].Id;

    public string State(int node) => _nodes[node].State;

    /// <summary>The case's domain of a node at one of its levels; the node itself at level node.</summary>
    public string Domain(int node, string level) =>
        level == "node" ? _nodes[node].Id : _nodes[node].Domains.GetValueOrDefault(level, "");

    public int Layer(string id)
    {
        var index = Layout.PowerDomains.Select((domain, number) => (domain, number)).Where(one => one.domain.Id.Value == id).ToList();
        return index.Count == 1 ? index[0].number : throw new CaseException($"there is no power layer '{id}'");
    }

    private string RackOf(CaseNode node)
    {
        var level = _levels.FirstOrDefault(known => known.Value == TopologyLevel.Rack).Key;
        return level is not null && node.Domains.TryGetValue(level, out var rack) ? rack : node.Id;
    }

    private HallLayout Build()
    {
        var racks = new List<HallRack>();
        var nodes = new List<HallNode>();
        var layers = Layers();
        foreach (var group in _nodes.GroupBy(RackOf))
        {
            var members = group.ToList();
            var first = members[0];
            var finest = layers.FindLastIndex(layer => first.Domains.GetValueOrDefault(_case.PowerLayers.First(stated => stated.Id == layer.Id.Value).Level) == layer.Id.Value);
            racks.Add(new HallRack(
                new RackId(group.Key), "case", Number(first, TopologyLevel.Row), Number(first, TopologyLevel.Leaf), Number(first, TopologyLevel.Spine),
                finest, -1, -1, [], nodes.Count, members.Count, Watts.Zero, true));
            _domainNames[(TopologyLevel.Rack, group.Key)] = group.Key;
            nodes.AddRange(members.Select(node => new HallNode(
                new NodeId(node.Id), racks.Count - 1, 0, node.Gpus, 1_000_000, Gibibytes.FromGibibytes(1_000_000), Watts.Zero, -1, GigabitsPerSecond.Zero)));
        }
        return new HallLayout(
            new HallId("hall"), "", [new HallGpuModel("gpu", Watts.Zero, Watts.FromWatts(WattsPerGpu), false)],
            racks.ToValueList(), nodes.ToValueList(), layers.ToValueList(), [], [], Queues());
    }

    private int Number(CaseNode node, TopologyLevel level)
    {
        var name = _levels.FirstOrDefault(known => known.Value == level).Key;
        if (name is null || !node.Domains.TryGetValue(name, out var domain))
            return level == TopologyLevel.Row ? 0 : -1;
        var key = $"{level}/{domain}";
        if (!_numbers.TryGetValue(key, out var number))
            _numbers[key] = number = _numbers.Keys.Count(other => other.StartsWith($"{level}/", StringComparison.Ordinal));
        _domainNames[(level, $"{level.ToString().ToLowerInvariant()}-{number}")] = domain;
        return number;
    }

    // What a layer carries whether or not jobs run is its own: it is not part of what the layer above carries.
    private List<HallPowerDomain> Layers()
    {
        var layers = new List<HallPowerDomain>();
        foreach (var layer in _case.PowerLayers.OrderBy(layer => _case.Levels.ToList().IndexOf(layer.Level)))
        {
            if (!_case.Levels.Contains(layer.Level))
                throw new CaseException($"power layer '{layer.Id}' is of level '{layer.Level}', which is not there");
            var below = _case.Fleet.First(node => node.Domains.GetValueOrDefault(layer.Level) == layer.Id);
            var parent = layers.FindLastIndex(above => below.Domains.Values.Contains(above.Id.Value));
            layers.Add(new HallPowerDomain(new PowerDomainId(layer.Id), layer.Level, parent, Watts.FromWatts(layer.Limit - layer.Base)));
        }
        return layers;
    }

    private ValueList<HallQueue> Queues()
    {
        var queues = new List<HallQueue>();
        var open = _case.Queues.ToList();
        while (open.Count > 0)
        {
            var ready = open.FirstOrDefault(queue => queue.Parent is null || queues.Exists(known => known.Id.Value == queue.Parent))
                ?? throw new CaseException($"the queues make a circle or lack a parent: {string.Join(", ", open.Select(queue => queue.Id))}");
            open.Remove(ready);
            queues.Add(new HallQueue(new QueueId(ready.Id), queues.FindIndex(known => known.Id.Value == ready.Parent), Milli(ready.LimitGpus))
            {
                QuotaMilliGpu = Milli(ready.QuotaGpus),
                OverQuotaWeight = ready.OverQuotaWeight,
            });
        }
        return queues.ToValueList();
    }

    private static long Milli(double? gpus) => gpus is { } number ? (long)Math.Round(number * 1000) : -1;
}
