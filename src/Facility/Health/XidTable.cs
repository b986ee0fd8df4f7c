using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Facility.Health;

/// <summary>What NVIDIA's driver reports by its Xid numbers, and what to do about each: data, with its source (<c>xids.json</c>).</summary>
public static class XidTable
{
    private static readonly Lazy<Dictionary<int, Xid>> Embedded = new(Read);
    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Every number that is known.</summary>
    public static IEnumerable<Xid> All => Embedded.Value.Values;

    /// <summary>What a number stands for. One that is not known is only noted: a newer driver may report it for anything.</summary>
    /// <param name="code">The number, above 0.</param>
    public static Xid Find(int code) => Embedded.Value.GetValueOrDefault(code) ?? new Xid(code, "not in this release's table", Remedy.None);

    private static Dictionary<int, Xid> Read()
    {
        using var stream = typeof(XidTable).Assembly.GetManifestResourceStream("xids.json")!;
        return JsonSerializer.Deserialize<Rows>(stream, Format)!.All.ToDictionary(xid => xid.Code);
    }

    private sealed record Rows([property: JsonPropertyName("rows")] IReadOnlyList<Xid> All);
}

/// <summary>One of the driver's Xid numbers.</summary>
/// <param name="Code">The number.</param>
/// <param name="What">What happened.</param>
/// <param name="Remedy">What to do first.</param>
public sealed record Xid(int Code, string What, Remedy Remedy);
