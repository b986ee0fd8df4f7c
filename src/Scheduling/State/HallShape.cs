using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>What never changes about a hall, as flat arrays; shared by every fork of its state.</summary>
internal sealed class HallShape
{
    private HallState? _empty;

    public HallShape(HallLayout layout)
    {
        Layout = layout;
        var count = layout.Nodes.Count;
        (Rack, Model, Gpus, Cpu) = (new int[count], new int[count], new int[count], new int[count]);
        (Memory, Adapter, FirstGpu) = (new long[count], new long[count], new int[count + 1]);
        for (var node = 0; node < count; node++)
        {
            var facts = layout.Nodes[node];
            Rack[node] = facts.Rack;
            Model[node] = facts.Gpus == 0 ? -1 : facts.GpuModel;
            Gpus[node] = facts.Gpus;
            Cpu[node] = facts.CpuMilli;
            Memory[node] = facts.Memory.Mebibytes;
            Adapter[node] = facts.NetworkPerGpu.Megabits;
            FirstGpu[node + 1] = FirstGpu[node] + facts.Gpus;
            MostGpus = Math.Max(MostGpus, facts.Gpus);
            MostCpu = Math.Max(MostCpu, facts.CpuMilli);
        }
        Runs = [.. RunsOf()];
        LeaseMilliwatts = [.. layout.GpuModels.Select(model => Math.Max(0, (model.Limit - model.Idle).Milliwatts))];
        var leased = Gpus.Select((gpus, node) => Model[node] < 0 ? 0 : gpus * (double)LeaseMilliwatts[Model[node]]).Sum();
        MilliPerMilliwatt = leased > 0 ? FirstGpu[^1] * 1000.0 / leased : 0;
        PowerPath = [.. layout.Racks.Select(rack => PathOf(rack.PowerDomain, index => layout.PowerDomains[index].Parent))];
        QueuePath = [.. layout.Queues.Select((_, queue) => PathOf(queue, index => layout.Queues[index].Parent))];
        for (var queue = 0; queue < layout.Queues.Count; queue++)
            QueueIndex.Add(layout.Queues[queue].Id.Value, queue);
        Failures = new FeedFailures(layout);
        StandingPower = new PowerLedger(this);
        Domains = [.. Enum.GetValues<TopologyLevel>().Where(level => level >= TopologyLevel.Hall).Order().Select(level => new DomainMap(layout, level))];
    }

    public HallLayout Layout { get; }

    /// <summary>Rack of each node.</summary>
    public int[] Rack { get; }

    /// <summary>GPU model of each node, -1 without GPUs.</summary>
    public int[] Model { get; }

    public int[] Gpus { get; }

    public int[] Cpu { get; }

    /// <summary>Mebibytes of each node.</summary>
    public long[] Memory { get; }

    /// <summary>Megabits per second of one GPU's adapter; 0 is not limited.</summary>
    public long[] Adapter { get; }

    /// <summary>Where each node's GPUs start in arrays with one entry for each GPU; one entry more than nodes.</summary>
    public int[] FirstGpu { get; }

    /// <summary>All nodes as runs of equal ones: first node and how many follow it in the same rack with the same make.</summary>
    public (int First, int Count)[] Runs { get; }

    /// <summary>GPUs of the largest node.</summary>
    public int MostGpus { get; }

    /// <summary>Thousandths of a core of the largest node.</summary>
    public int MostCpu { get; }

    /// <summary>What leasing an idle GPU of each model adds at its default power limit, in milliwatts.</summary>
    public long[] LeaseMilliwatts { get; }

    /// <summary>For each rack its power domain and every ancestor, nearest first.</summary>
    public int[][] PowerPath { get; }

    /// <summary>What each power domain takes over when another fails.</summary>
    public FeedFailures Failures { get; }

    /// <summary>For each queue itself and every ancestor, nearest first.</summary>
    public int[][] QueuePath { get; }

    public Dictionary<string, int> QueueIndex { get; } = new(StringComparer.Ordinal);

    /// <summary>Power and heat of the empty hall, with its rated limits; never changed.</summary>
    public PowerLedger StandingPower { get; }

    /// <summary>The hall empty, healthy and at its rated limits; never changed.</summary>
    public HallState Empty => _empty ??= new HallState(Layout);

    /// <summary>Which domain each node belongs to, by level.</summary>
    public DomainMap[] Domains { get; }

    /// <summary>Thousandths of a GPU that stand for a milliwatt when every GPU of the hall is leased at its default limit.</summary>
    public double MilliPerMilliwatt { get; }

    /// <summary>What leasing an idle GPU of a model adds at so many percent of its default power limit, in milliwatts.</summary>
    public long LeaseOf(int model, int percent) => percent == 100
        ? LeaseMilliwatts[model]
        : Math.Max(0, (Layout.GpuModels[model].LimitAt(percent) - Layout.GpuModels[model].Idle).Milliwatts);

    /// <summary>What a task adds to the node's rack at most, in milliwatts: a share may wake the GPU it goes on.</summary>
    public long DrawOf(int node, TaskDemand task) => Model[node] < 0 ? 0 : LeaseOf(Model[node], task.Percent) * task.Gpus;

    /// <summary>What a gang inside one domain may span.</summary>
    public Spread SpreadIn(TopologyLevel level, int domain)
    {
        var nodes = Domains[(int)level].Nodes[domain];
        var spread = Spread.None;
        if (nodes.Length > 1 && (Differ(nodes, TopologyLevel.NvlinkDomain) || Domains[(int)TopologyLevel.NvlinkDomain].OfNode[nodes[0]] < 0))
            spread |= Spread.NvlinkDomains;
        if (Differ(nodes, TopologyLevel.Leaf))
            spread |= Spread.Leaves;
        return Differ(nodes, TopologyLevel.Spine) ? spread | Spread.Spines : spread;
    }

    private IEnumerable<(int First, int Count)> RunsOf()
    {
        for (var first = 0; first < Rack.Length;)
        {
            var end = first + 1;
            while (end < Rack.Length && Alike(end, first))
                end++;
            yield return (first, end - first);
            first = end;
        }
    }

    private bool Alike(int node, int other) =>
        Rack[node] == Rack[other] && Model[node] == Model[other] && Gpus[node] == Gpus[other]
        && Cpu[node] == Cpu[other] && Memory[node] == Memory[other];

    private bool Differ(int[] nodes, TopologyLevel level)
    {
        var domains = Domains[(int)level].OfNode;
        foreach (var node in nodes)
        {
            if (domains[node] != domains[nodes[0]])
                return true;
        }
        return false;
    }

    private static int[] PathOf(int first, Func<int, int> parent)
    {
        var path = new List<int>();
        for (var index = first; index >= 0; index = parent(index))
            path.Add(index);
        return [.. path];
    }
}
