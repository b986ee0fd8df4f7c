using ControlPlane.Domain;
using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>Says of each domain of a level how much of a gang it can hold.</summary>
internal static class TopologyReason
{
    public static Reason Of(DomainMap map, TopologyLevel level, int[] rooms, int asked)
    {
        var order = Enumerable.Range(0, map.Count).OrderByDescending(domain => rooms[domain]).ThenBy(domain => domain);
        var listed = order.Take(Reason.MostDomains)
            .Select(domain => new DomainRoom(map.NameOf(domain), rooms[domain], asked))
            .ToValueList();
        var best = listed.Count == 0 ? 0 : listed[0].Room;
        return new Reason(
            ReasonCode.TopologyShort, NameOf(level), asked, best, "tasks", listed, map.Count - listed.Count);
    }

    private static string NameOf(TopologyLevel level) =>
        level == TopologyLevel.NvlinkDomain ? "NVLink domain" : level.ToString().ToLowerInvariant();
}
