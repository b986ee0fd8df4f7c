using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>Restricts a search to one domain of a level, or to nodes that belong to any.</summary>
/// <param name="OfNode">Domain of each node at the level.</param>
/// <param name="Domain">The domain, or -1 for any.</param>
internal readonly record struct DomainFilter(int[] OfNode, int Domain)
{
    public bool Allows(int node) => Domain < 0 ? OfNode[node] >= 0 : OfNode[node] == Domain;

    /// <summary>Any node that lies in a domain of the level; every node lies in the hall.</summary>
    public static DomainFilter Any(HallShape shape, TopologyLevel? level) =>
        new(shape.Domains[(int)(level ?? TopologyLevel.Hall)].OfNode, -1);
}
