using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.Tests.Capacity;

public sealed class PlanReaderTests
{
    // What is replaced in a sound file, by what, and what the message must say.
    public static TheoryData<string, string, string> Faults => new()
    {
        { "pue: 1.2", "pue: 0.9", "spec.pue: '0.9' is out of range; give a number between 1 and 3" },
        { "firstQuarter: 2027Q1", "firstQuarter: 2027Q5", "spec.firstQuarter: '2027Q5' is not a quarter; write one such as 2027Q1" },
        { "sparesPercent: 0, ", "", "spec.sparesPercent: is missing" },
        { "solverSeconds: 5", "failures: often, solverSeconds: 5", "spec.failures: 'often' is no failure rate; give rsc1, rsc2, llama3, none or failures per node and day from 0 to 100" },
        { "solverSeconds: 5", "seeds: 1, solverSeconds: 5", "spec.seeds: '1' is out of range" },
        { "type: GB200-NVL72", "type: GB200-NVL36", "'GB200-NVL36' is not a rack type of the catalogue" },
        { "model: llama2-70b", "model: llama9", "no rack type on offer has tokens/s for 'llama9' at a context of 2048; give a Throughput with its source" },
        { "context: 2048", "context: 4096", "at a context of 4096; give a Throughput" },
        { "powerDomain: busway-a", "powerDomain: busway-x", "spec.powerDomain: there is no PowerDomain 'busway-x'; use one of: busway-a, busway-b" },
        { "positions: 20", "positions: 20, floorKilograms: 9000", "spec.floorKilograms: the weight of GB200-NVL72 is not known" },
        { "positions: 20", "positions: 20, installed: {HGX-A100-x4: 1}", "spec.installed.HGX-A100-x4: 'HGX-A100-x4' is not on offer" },
        { "tokensPerSecond: 3000000", "byQuarter: [1]", "spec.byQuarter: has 1 entries, and the plan has 2 quarters" },
        { "tokensPerSecond: 3000000", "growthPercent: 3", "spec.tokensPerSecond: is missing; give tokensPerSecond (with growthPercent), or byQuarter" },
        { "tokensPerSecond: 3000000", "tokensPerSecond: 3000000, growthPercent: 1000, byQuarter: [1, 2]", "is given beside tokensPerSecond" },
        { "tokensPerSecond: 3000000", "tokensPerSecond: 900000000000, growthPercent: 20", "at most 1000000000000 is planned for" },
        { "kind: RackOffer", "kind: RackOfer", "'RackOfer' is not a kind; did you mean 'RackOffer'?" },
        { "kind: CapacityPlan", "kind: Queue", "'Queue' is not a kind" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Says_where_a_file_is_wrong_and_what_would_be_right(string sound, string faulty, string message)
    {
        var text = new SmallSite().Text;
        var at = text.IndexOf(sound, StringComparison.Ordinal);
        var reading = PlanReader.Read(text[..at] + faulty + text[(at + sound.Length)..], "demand.yaml", HardwareCatalogue.Default);
        Assert.Null(reading.Question);
        var error = Assert.Single(reading.Errors, error => error.ToString().Contains(message, StringComparison.Ordinal));
        Assert.True(error.Line > 0);
        Assert.StartsWith($"demand.yaml:{error.Line}:{error.Column}:", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_file_without_a_plan()
    {
        var reading = PlanReader.Read("{apiVersion: factory/v1, kind: Site, metadata: {name: here}, spec: {jurisdiction: us-tx}}", "demand.yaml", HardwareCatalogue.Default);
        Assert.Contains("no CapacityPlan is given", Assert.Single(reading.Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2027Q1", 0, "2027-01-01", 2160)]
    [InlineData("2027Q4", 1, "2028-01-01", 2184)]
    [InlineData("2028Q1", 6, "2029-07-01", 2208)]
    public void Quarters_count_on_over_the_year(string text, int more, string start, int hours)
    {
        Assert.True(Quarter.TryParse(text, out var quarter));
        Assert.Equal((start, hours), (quarter.Plus(more).Start.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), quarter.Plus(more).Hours));
        Assert.Equal(text, quarter.ToString());
    }
}
