using System.Globalization;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.Tests.Capacity;

/// <summary>Files that a demand file names.</summary>
public sealed class PlanFilesTests
{
    private const string Traced = "{apiVersion: factory/v1, kind: ServingDemand, metadata: {name: traced}, spec: {tenant: two, model: llama2-70b, trace: requests.csv, scale: 1000}}";
    private const string Draw = "{apiVersion: factory/v1, kind: ObservedDraw, metadata: {name: seen}, spec: {file: draw.csv, source: test}}";

    // Two minutes with a request a second; in the second minute each is answered with three times as much.
    private static readonly string Trace = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + string.Join('\n', Enumerable.Range(0, 121).Select(second =>
        string.Create(CultureInfo.InvariantCulture, $"2023-11-16 18:{15 + (second / 60)}:{second % 60:00}.0000000,{(second == 5 ? 5000 : 1000)},{(second is >= 60 and < 120 ? 300 : 100)}"))) + "\n";

    [Fact]
    public void A_trace_gives_rate_peak_and_context()
    {
        var question = SmallSite.Read(new SmallSite { More = Traced }.Text, new StringReader(Trace));
        // The busiest minute has 300 tokens a second, a thousand times; 99 of 100 requests have at most 1,300 tokens.
        var need = Assert.Single(question.Needs, need => need.Context == 1300);
        Assert.Equal(300_000, need.Amounts[0]);
        Assert.Equal(
            "requests.csv: 121 requests in 120 s, 200.8 generated tokens/s, 300 in the busiest minute (1.49 times the mean), each 1000 times; tokens of a request: half up to 1300, 99 of 100 up to 1300, longest 5100; 0.83 % are longer than the context of 1300 that is planned for",
            question.Traces["traced"]);
    }

    public static TheoryData<string, string, string> Faults => new()
    {
        { Traced.Replace(", scale: 1000", "", StringComparison.Ordinal), Trace, "spec.scale: is missing" },
        { Traced.Replace("scale: 1000", "scale: 1000, tokensPerSecond: 5", StringComparison.Ordinal), Trace, "spec.trace: is given beside tokensPerSecond or byQuarter" },
        { Traced.Replace("trace: requests.csv, ", "context: 9, ", StringComparison.Ordinal), Trace, "spec.scale: scales a trace, and none is named" },
        { Traced.Replace("trace: requests.csv, scale: 1000", "tokensPerSecond: 5", StringComparison.Ordinal), Trace, "spec.context: is missing; give the longest context" },
        { Traced, Trace[..300], "requests.csv:9:1: cannot be read; the line has 1 fields, the header 3" },
        { Traced, "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,1,1\n", "A trace of a minute or more is needed" },
        { Traced, "a,b\n", "requests.csv:1:1: TIMESTAMP: cannot be read; the header must name this column" },
        { Draw, "watts,provisioned_watts\n5,0\n", "draw.csv:2:1: provisioned_watts: cannot be read; a number from 1 to 10000000000 was expected, not '0'" },
        { Draw, "watts,provisioned_watts\n", "draw.csv:2:1: cannot be read; at least one second was expected" },
        { "{apiVersion: factory/v1, kind: Maintenance, metadata: {name: m}, spec: {rackIsOut: 4h, hourPercents: [1, 2]}}", "", "spec.hourPercents: has 2 entries; give 24" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Says_what_is_wrong_with_a_file_and_where(string more, string file, string message)
    {
        var reading = PlanReader.Read(new SmallSite { More = more }.Text, "demand.yaml", HardwareCatalogue.Default, _ => new StringReader(file));
        Assert.Null(reading.Question);
        Assert.Contains(reading.Errors, error => error.ToString().Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_at_the_field_that_names_it()
    {
        var reading = PlanReader.Read(new SmallSite { More = Draw }.Text, "demand.yaml", HardwareCatalogue.Default, name => throw new FileNotFoundException($"There is no {name}."));
        Assert.Contains("spec.file: 'draw.csv' cannot be used: There is no draw.csv.; name a file beside this one", Assert.Single(reading.Errors).ToString(), StringComparison.Ordinal);
        reading = PlanReader.Read(new SmallSite { More = Draw }.Text, "demand.yaml", HardwareCatalogue.Default);
        Assert.Contains("'draw.csv' was not given along with this file", Assert.Single(reading.Errors).ToString(), StringComparison.Ordinal);
    }
}
