using ControlPlane.Conformance.Tests.Cases;

namespace ControlPlane.Conformance.Tests;

public sealed class SchedulingCaseTests
{
    [SkippableFact]
    public void Every_published_case_comes_out_as_published()
    {
        var outcomes = AnyCaseFile.Run(Path.Combine(SharedFolder.Find(), "cases", "scheduling_cases.json"));
        Assert.Empty(outcomes.Where(outcome => outcome.Failures.Count > 0).Select(outcome => $"{outcome.Name}: {string.Join("; ", outcome.Failures)}"));
        Assert.True(outcomes.Count > 10);
    }
}
