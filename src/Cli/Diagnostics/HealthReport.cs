using System.Globalization;
using ControlPlane.Api;
using ControlPlane.Facility.Diagnostics;

namespace ControlPlane.Cli.Diagnostics;

/// <summary>What a diagnosis says to a node's health: a check that failed keeps new work off the node until a later one passes.</summary>
internal static class HealthReport
{
    private const string Source = "diagnostics";
    private const string Check = "Diagnostics";

    /// <summary>Where the report of a node goes.</summary>
    public static string PathOf(string hall, DiagnosedNode node) => $"/v1/halls/{Uri.EscapeDataString(hall)}/nodes/{Uri.EscapeDataString(node.Node)}/health/{Source}";

    /// <summary>What earlier diagnoses said of nodes: it stands until they are over.</summary>
    public static async Task<IReadOnlyList<HealthAlertResponse>> Standing(FactoryClient client, string hall, IEnumerable<DiagnosedNode> nodes)
    {
        var before = new List<HealthAlertResponse>();
        foreach (var node in nodes)
        {
            var path = PathOf(hall, node);
            var known = await client.Get<HealthResponse>(path[..^(Source.Length + 1)]);
            before.AddRange(known.Sources.Where(said => said.Source == Source).SelectMany(said => said.Alerts));
        }
        return before;
    }

    /// <summary>The report of a node, a GPU each: failed is an alert, passed a success; of what was not judged the alert before stands.</summary>
    public static HealthReportRequest Of(DiagnosedNode node, IReadOnlyList<DeviceDiagnosis> gpus, IReadOnlyList<HealthAlertResponse> before)
    {
        var judged = gpus.Where(gpu => gpu.Verdict != CheckVerdict.NotJudged).Select(gpu => gpu.Device).ToHashSet(StringComparer.Ordinal);
        var standing = before.Where(alert => alert.Target is { } gpu && node.Gpus.Contains(gpu) && !judged.Contains(gpu))
            .Select(alert => new HealthAlertBody(alert.Id, alert.Target, null, alert.Message, [.. alert.Classifications]));
        var own = gpus.Where(gpu => node.Gpus.Contains(gpu.Device)).ToList();
        return new(
            DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            [.. own.Where(gpu => gpu.Verdict == CheckVerdict.Failed).Select(gpu => new HealthAlertBody(Check, gpu.Device, null, Findings(gpu), ["PreventAllocations", "Hardware"])), .. standing],
            [.. own.Where(gpu => gpu.Verdict == CheckVerdict.Passed).Select(gpu => new HealthPartBody(Check, gpu.Device))]);
    }

    private static string Findings(DeviceDiagnosis gpu) => string.Join("; ", gpu.Checks.Where(check => check.Verdict == CheckVerdict.Failed)
        .Select(check => $"{check.Check}: {check.Measured}{(check.Why.Length > 0 ? $" ({check.Why})" : "")}"));
}
