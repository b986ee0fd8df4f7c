using System.Text.Encodings.Web;
using System.Text.Json;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Planning.Capacity;

/// <summary>A plan as files of text.</summary>
public static class PlanTexts
{
    /// <summary>The report as JSON.</summary>
    public const string Report = "plan.json";

    /// <summary>The page.</summary>
    public const string Page = "report.html";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The report as JSON; the same report gives the same bytes.</summary>
    public static string Json(CapacityReport report) => JsonSerializer.Serialize(report, Options) + "\n";

    /// <summary>The report from its JSON.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static CapacityReport Read(string json) => JsonSerializer.Deserialize<CapacityReport>(json, Options) ?? throw new JsonException("The report is empty.");

    /// <summary>Assumptions with the seed, as JSON.</summary>
    public static string Assumptions(CapacityReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return JsonSerializer.Serialize(report.Assumptions, Options);
    }

    /// <summary>Report, page, and the racks of each quarter as manifests, each with the name of its file.</summary>
    /// <param name="question">The question.</param>
    /// <param name="report">The report.</param>
    /// <param name="plan">The plan; null when there is none.</param>
    public static IEnumerable<(string Name, string Text)> Of(CapacityQuestion question, CapacityReport report, RackPlan? plan)
    {
        ArgumentNullException.ThrowIfNull(question);
        yield return (Report, Json(report));
        yield return (Page, PlanPage.Write(question.Name, report, question.Plan.GridConnection.Value));
        for (var quarter = 0; plan is not null && quarter < question.Quarters.Count; quarter++)
            yield return ($"racks-{question.Quarters[quarter]}.yaml", string.Join("---\n", HallProof.Manifests(question, plan, quarter).Select(ManifestWriter.ToYaml)));
    }
}
