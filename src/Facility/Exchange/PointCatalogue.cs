using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Facility.Exchange;

/// <summary>Every kind of point that a building may have, by the object that it belongs to (<c>points.json</c>).</summary>
internal static class PointCatalogue
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly Lazy<IReadOnlyDictionary<(string Object, string Point), PointRule>> Rules = new(Load);

    /// <summary>The rule of a kind of point; null when there is no such kind.</summary>
    public static PointRule? Find(string objectType, string pointType) => Rules.Value.GetValueOrDefault((objectType, pointType));

    private static Dictionary<(string, string), PointRule> Load()
    {
        using var stream = typeof(PointCatalogue).Assembly.GetManifestResourceStream("points.json")!;
        var rows = JsonSerializer.Deserialize<IReadOnlyList<PointRow>>(stream, Options)!;
        return rows.SelectMany(row => row.Of.SelectMany(on => row.Points.Select(point => (on, point, row))))
            .ToDictionary(one => (one.on, one.point), one => one.row.RuleOf(one.on, one.point));
    }

    private sealed record PointRow(
        IReadOnlyList<string> Points, IReadOnlyList<string> Of, string Identity, string Reading, IReadOnlyList<string>? Also = null, bool AnyObject = false)
    {
        public PointRule RuleOf(string objectType, string pointType) => new(AnyObject ? null : objectType, pointType, Identity, Reading, Also ?? []);
    }
}
