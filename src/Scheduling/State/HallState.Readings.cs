using ControlPlane.Domain;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>What the hall's figures are, in units that people use; nothing here changes them.</summary>
public sealed partial class HallState
{
    /// <summary>Committed power of a domain: standing draw plus every leased GPU's limit, descendants included.</summary>
    public Watts PowerCommitted(int domain) => Watts.FromMilliwatts(Power.Committed[domain]);

    /// <summary>What the racks below a domain draw without any job.</summary>
    public Watts StandingDraw(int domain) => Watts.FromMilliwatts(Shape.StandingPower.Committed[domain]);

    /// <summary>What a domain carries at worst: what is committed, and what it takes over when one that it backs fails.</summary>
    public Watts PowerAtWorst(int domain) => Watts.FromMilliwatts(Power.LoadOf(domain));

    /// <summary>The power limit in force; the layout's until <see cref="SetPowerLimit"/>.</summary>
    public Watts PowerLimit(int domain) => Watts.FromMilliwatts(Power.Limit[domain]);

    /// <summary>Heat committed to a cooling loop.</summary>
    public Watts HeatCommitted(int loop) => Watts.FromMilliwatts(Power.Heat[loop]);

    /// <summary>The capacity in force of a cooling loop.</summary>
    public Watts CoolingCapacity(int loop) => Watts.FromMilliwatts(Power.HeatCapacity[loop]);

    /// <summary>Committed power of one rack.</summary>
    public Watts RackDraw(int rack) => Watts.FromMilliwatts(Power.RackDraw[rack]);

    /// <summary>Bandwidth reserved on a link.</summary>
    public GigabitsPerSecond LinkReserved(int link) => GigabitsPerSecond.FromMegabits(Links.Reserved[link]);

    /// <summary>Bandwidth of a link in one direction; zero while it is down.</summary>
    public GigabitsPerSecond LinkCapacity(int link) =>
        Links.Down[link] ? GigabitsPerSecond.Zero : Layout.Links[link].Capacity;

    /// <summary>True unless <see cref="SetLinkUp"/> said otherwise.</summary>
    public bool IsLinkUp(int link) => !Links.Down[link];

    /// <summary>Gangs that hold bandwidth on a link, by name.</summary>
    public IReadOnlyList<JobId> JobsAcross(int link) =>
        [.. _jobs.Where(job => job.Value.Links.Any(use => use.Link == link)).Select(job => job.Key).OrderBy(job => job.Value, StringComparer.Ordinal)];

    /// <summary>Links that a job holds bandwidth on, by index.</summary>
    public IReadOnlyList<int> LinksOf(JobId job) => [.. (HeldBy(job)?.Links ?? []).Select(use => use.Link)];

    /// <summary>Links that a job holds bandwidth on although they are down, by index.</summary>
    public IReadOnlyList<int> CutLinksOf(JobId job) => [.. (HeldBy(job)?.Links ?? []).Where(use => Links.Down[use.Link]).Select(use => use.Link)];

    /// <summary>Thousandths of GPUs that the queue's jobs and its descendants' jobs hold.</summary>
    public long QueueUsedMilli(int queue) => Queues.Used[queue];

    /// <summary>Power that the queue's jobs and its descendants' jobs add to the hall at their power limits.</summary>
    public Watts QueuePower(int queue) => Watts.FromMilliwatts(Queues.Power[queue]);

    /// <summary>Free thousandths of each GPU of a node; a failed GPU is listed with what is not leased of it.</summary>
    public ReadOnlySpan<int> FreeGpuMilli(int node) =>
        Nodes.GpuFree.AsSpan(Shape.FirstGpu[node], Shape.Gpus[node]);

    /// <summary>Memory slices of a GPU that MIG instances hold, as bits, the lowest for slice 0.</summary>
    public int MigSlotsInUse(int node, int gpu) => Nodes.GpuSlots[GpuAt(node, gpu)];

    /// <summary>Thousandths of a core of a node that nobody holds.</summary>
    public int FreeCpuMilli(int node) => Nodes.CpuFree[node];

    /// <summary>Memory of a node that nobody holds.</summary>
    public Gibibytes FreeMemory(int node) => Gibibytes.FromMebibytes(Nodes.MemoryFree[node]);

    /// <summary>Whether the node takes new tasks.</summary>
    public NodeCondition ConditionOf(int node) => Nodes.Condition[node];

    /// <summary>Whether a job may start on a node as far as its condition goes: a ready one, or one that the job tests.</summary>
    public bool IsOpenTo(Domain.Jobs.JobSpec spec, int node)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Nodes.Condition[node] == NodeCondition.Ready || (spec.IsTest && Nodes.OpenToTests[node] && spec.Topology.Nodes.Contains(Layout.Nodes[node].Id));
    }

    /// <summary>The hall as a job sees it that tests nodes: those are ready. Itself for any other job.</summary>
    internal HallState OpenedFor(Domain.Jobs.JobSpec spec)
    {
        if (!spec.IsTest)
            return this;
        var opened = Fork();
        for (var node = 0; node < Layout.Nodes.Count; node++)
        {
            if (Nodes.OpenToTests[node] && IsOpenTo(spec, node))
                opened.SetNodeCondition(node, NodeCondition.Ready);
        }
        return opened;
    }

    /// <summary>True after <see cref="SetGpuFailed"/> said so.</summary>
    public bool IsGpuFailed(int node, int gpu) => Nodes.GpuFailed[GpuAt(node, gpu)];

    /// <summary>
    /// Feeds, loops and links that carry more than the limit in force, as after a limit was lowered; a feed also when it
    /// would, should one that it backs fail.
    /// </summary>
    public IReadOnlyList<string> Overcommitted() =>
    [
        .. Layout.PowerDomains.Where((_, i) => Power.LoadOf(i) > Power.Limit[i]).Select(domain => domain.Id.Value),
        .. Layout.CoolingLoops.Where((_, i) => Power.Heat[i] > Power.HeatCapacity[i]).Select(loop => loop.Id.Value),
        .. Layout.Links.Where((_, i) => Links.Left(i) < 0).Select(link => link.Id.Value),
    ];
}
