using ControlPlane.Conformance.Tests.Cases;

namespace ControlPlane.Conformance.Tests;

public sealed class FacilityCaseTests
{
    [SkippableFact]
    public void Every_acceptance_case_comes_out_as_stated()
    {
        var outcomes = AnyCaseFile.Run(Path.Combine(SharedFolder.Find(), "cases", "facility_cases.json"));
        Assert.Empty(outcomes.Where(outcome => outcome.Failures.Count > 0).Select(outcome => $"{outcome.Name}: {string.Join("; ", outcome.Failures)}"));
        Assert.True(outcomes.Count > 5);
    }
}
