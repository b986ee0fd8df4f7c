using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Diagnostics;

/// <summary>What a probe measured as a DeviceCurve, which planning reads.</summary>
public static class CurveManifest
{
    /// <summary>The curve as one YAML document.</summary>
    /// <param name="id">The device's id on its machine or in the factory.</param>
    /// <param name="device">What the driver calls it.</param>
    /// <param name="uuid">Its UUID, or empty.</param>
    /// <param name="model">The model's shape.</param>
    /// <param name="points">What was measured.</param>
    /// <param name="at">When.</param>
    public static string ToYaml(string id, string device, string uuid, string model, IEnumerable<ProbePoint> points, DateTimeOffset at)
    {
        var spec = new DeviceCurveSpec
        {
            Model = model,
            Device = device,
            Gpu = DiagnosticsCriteria.Default.CardOf(device)?.Name,
            Uuid = uuid.Length > 0 ? uuid : null,
            MeasuredAt = at.AddTicks(-(at.Ticks % TimeSpan.TicksPerSecond)).ToUniversalTime(),
            Points = [.. points.Select(Of)],
        };
        return ManifestWriter.ToYaml(new Manifest(DeviceCurveSpec.Kind, NameOf(model, id), spec, new ManifestOrigin("", [])));
    }

    private static DeviceCurvePointSpec Of(ProbePoint point) => new()
    {
        Phase = point.Phase,
        Batch = point.Batch,
        Tokens = point.Tokens,
        Limit = point.LimitWatts is { } limit ? Watts.FromWatts(limit) : null,
        TokensPerSecond = point.TokensPerSecond,
        JoulesPerToken = point.JoulesPerToken,
    };

    // Such as llama-3-1-8b-cuda-0; whatever a name must not hold becomes a dash.
    private static string NameOf(string model, string device)
    {
        var text = string.Concat($"{model}-{device}".Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-'));
        var name = text[..Math.Min(text.Length, 63)].TrimEnd('-');
        return Names.IsValid(name) ? name : "curve";
    }
}
