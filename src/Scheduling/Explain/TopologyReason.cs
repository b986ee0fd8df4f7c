using ControlPlane.Domain;
using ControlPlane.Domain.Halls;

namespace ControlPlane.Scheduling;

/// <summary>Says of each domain of a level how much of a gang it can hold.</summary>
internal static class TopologyReason
{
    public static Reason Of(DomainMap map, TopologyLevel level, int[] rooms, int asked)
    {
        var listed = Fullest(rooms).Select(domain => new DomainRoom(map.NameOf(domain), rooms[domain], asked)).ToValueList();
        var best = listed.Count == 0 ? 0 : listed[0].Room;
        return new Reason(
            ReasonCode.TopologyShort, NameOf(level), asked, best, "tasks", listed, map.Count - listed.Count);
    }

    // A hall has thousands of racks and a reason names a few: the rest is not sorted.
    private static List<int> Fullest(int[] rooms)
    {
        var fullest = new List<int>(Reason.MostDomains + 1);
        for (var domain = 0; domain < rooms.Length; domain++)
        {
            if (fullest.Count == Reason.MostDomains && rooms[domain] <= rooms[fullest[^1]])
                continue;
            var at = fullest.FindIndex(other => rooms[other] < rooms[domain]);
            fullest.Insert(at < 0 ? fullest.Count : at, domain);
            if (fullest.Count > Reason.MostDomains)
                fullest.RemoveAt(Reason.MostDomains);
        }
        return fullest;
    }

    /// <summary>The level as people say it.</summary>
    public static string NameOf(TopologyLevel level) =>
        level == TopologyLevel.NvlinkDomain ? "NVLink domain" : level.ToString().ToLowerInvariant();
}
