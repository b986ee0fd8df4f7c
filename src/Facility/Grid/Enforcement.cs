namespace ControlPlane.Facility.Grid;

/// <summary>What came of steps that a breach asked for.</summary>
public static class Enforcement
{
    /// <summary>The whole outcome: success when every step was applied, error when none was, else partial (DSX Flex).</summary>
    /// <param name="results">For each resource: applied, failed or skipped.</param>
    public static string Code(IReadOnlyCollection<string> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var applied = results.Count(result => result == "applied");
        if (applied == results.Count)
            return "success";
        return applied == 0 ? "error" : "partial";
    }
}
