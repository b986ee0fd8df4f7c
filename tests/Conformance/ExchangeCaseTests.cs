using ControlPlane.Conformance.Tests.Cases;

namespace ControlPlane.Conformance.Tests;

public sealed class ExchangeCaseTests
{
    [SkippableTheory]
    [InlineData("bms_cases.json", 1169)]
    [InlineData("flex_cases.json", 29)]
    [InlineData("nico_cases.json", 4)]
    public void Every_labelled_message_is_judged_as_its_label_says(string file, int count)
    {
        var outcomes = AnyCaseFile.Run(Path.Combine(SharedFolder.Find(), "data", "dsx-exchange", "cases", file));
        Assert.Empty(outcomes.Where(outcome => outcome.Failures.Count > 0).Select(outcome => $"{outcome.Name}: {string.Join("; ", outcome.Failures)}"));
        Assert.Equal(count, outcomes.Count);
    }
}
