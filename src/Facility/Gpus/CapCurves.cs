using System.Text.Json;
using System.Text.Json.Serialization;

namespace ControlPlane.Facility.Gpus;

/// <summary>The measured cap curves that ship with the product (<c>cap-curves.json</c>), each with its source.</summary>
public static class CapCurves
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = false,
        Converters = { new JsonStringEnumConverter<WorkloadClass>() },
    };

    private static readonly Lazy<IReadOnlyList<CapCurve>> Embedded = new(Load);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<CapCurve> All => Embedded.Value;

    /// <summary>The curve of a workload by its name, or null.</summary>
    /// <param name="gpu">The GPU model, such as <c>A100-SXM4-400W</c>.</param>
    /// <param name="workload">The workload's name in its source.</param>
    public static CapCurve? Find(string gpu, string workload) =>
        All.FirstOrDefault(curve => Same(curve.Gpu, gpu) && Same(curve.Workload, workload));

    /// <summary>The curve that stands for a class of work on a GPU model: the first one listed, or null.</summary>
    public static CapCurve? Find(string gpu, WorkloadClass workloadClass) =>
        All.FirstOrDefault(curve => Same(curve.Gpu, gpu) && curve.Class == workloadClass);

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<CapCurve> Load()
    {
        using var stream = typeof(CapCurves).Assembly.GetManifestResourceStream("cap-curves.json")!;
        var file = JsonSerializer.Deserialize<CurveFile>(stream, Options)!;
        return [.. file.Curves.Select(row => row.Curve(file))];
    }

    private sealed record CurveFile(string About, IReadOnlyDictionary<string, string> Sources, IReadOnlyList<CurveRow> Curves);

    // A point: cap in W, throughput over the uncapped one (with TimeRatios its inverse), draw in W.
    private sealed record CurveRow(
        string Gpu, string Workload, WorkloadClass Class, string Source, IReadOnlyList<double[]> Points, bool TimeRatios = false, string? Note = null)
    {
        public CapCurve Curve(CurveFile file) => new(
            Gpu, Workload, Class, [.. Points.Select(point => (point[0], TimeRatios ? 1 / point[1] : point[1], point[2]))],
            Note is null ? file.Sources[Source] : $"{file.Sources[Source]}; {Note}");
    }
}
