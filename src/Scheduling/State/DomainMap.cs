using System.Globalization;
using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>The domains of one topology level: dense numbers for the layout's own, in ascending order.</summary>
internal sealed class DomainMap
{
    private readonly HallLayout _layout;
    private readonly TopologyLevel _level;
    private readonly int[] _number;

    public DomainMap(HallLayout layout, TopologyLevel level)
    {
        (_layout, _level) = (layout, level);
        var numbers = layout.Nodes.Select((_, node) => NumberOf(layout, level, node)).ToArray();
        _number = [.. numbers.Where(number => number >= 0).Distinct().Order()];
        var dense = new Dictionary<int, int>();
        foreach (var number in _number)
            dense.Add(number, dense.Count);
        OfNode = [.. numbers.Select(number => number < 0 ? -1 : dense[number])];
        var members = _number.Select(_ => new List<int>()).ToArray();
        for (var node = 0; node < OfNode.Length; node++)
        {
            if (OfNode[node] >= 0)
                members[OfNode[node]].Add(node);
        }
        Nodes = [.. members.Select(list => list.ToArray())];
    }

    /// <summary>Domain of each node, or -1.</summary>
    public int[] OfNode { get; }

    /// <summary>The nodes of each domain, ascending.</summary>
    public int[][] Nodes { get; }

    public int Count => Nodes.Length;

    public string NameOf(int domain) => _level switch
    {
        TopologyLevel.Hall => _layout.Hall.Value,
        TopologyLevel.Rack => _layout.Racks[_number[domain]].Id.Value,
        TopologyLevel.Node => _layout.Nodes[_number[domain]].Id.Value,
        TopologyLevel.NvlinkDomain => "nvlink-" + Number(domain),
        _ => _level.ToString().ToLowerInvariant() + "-" + Number(domain),
    };

    private string Number(int domain) => _number[domain].ToString(CultureInfo.InvariantCulture);

    private static int NumberOf(HallLayout layout, TopologyLevel level, int node)
    {
        var facts = layout.Nodes[node];
        return level switch
        {
            TopologyLevel.Hall => 0,
            TopologyLevel.Row => layout.Racks[facts.Rack].Row,
            TopologyLevel.Spine => layout.Racks[facts.Rack].Spine,
            TopologyLevel.Leaf => layout.Racks[facts.Rack].Leaf,
            TopologyLevel.Rack => facts.Rack,
            TopologyLevel.NvlinkDomain => facts.NvlinkDomain,
            _ => node,
        };
    }
}
