using ControlPlane.Conformance.Tests.Cases;

namespace ControlPlane.Conformance.Tests;

/// <summary>What a file of cases asks and nothing here understands fails: a skipped question would look like agreement.</summary>
public sealed class CaseRunnerTests
{
    [Theory]
    [InlineData("F01_breakers", """{"curve":"iec_inverse","M":2}""", """{"trip_s":10.029}""", null)]
    [InlineData("F01_breakers", """{"curve":"iec_inverse","M":2}""", """{"trip_s":11}""", "expected 11")]
    [InlineData("F01_breakers", """{"curve":"iec_inverse","M":2,"colour":1}""", """{"trip_s":10.029}""", "'colour'")]
    [InlineData("F01_breakers", """{"curve":"iec_inverse","M":2}""", """{"trip_s":10.029,"colour":1}""", "'colour' is not known")]
    [InlineData("F01_breakers", """{"curve":"iec_straight","M":2}""", """{"trip_s":10.029}""", "'iec_straight' is not known")]
    [InlineData("F01_breakers", """{"curve":"iec_inverse"}""", """{"trip_s":10.029}""", "lacks")]
    [InlineData("F01_breakers", """{"curve":"iec_inverse","M":2}""", "{}", "expects nothing")]
    [InlineData("F99_magic", """{"M":2}""", """{"trip_s":10.029}""", "'F99_magic' is not known")]
    [InlineData("F09_net", """{"capacity_gbps":50,"demands_gbps":[10,50]}""", """{"fair_share_gbps":[10,40],"slowdown":1.2}""", null)]
    [InlineData("F09_net", """{"capacity_gbps":50,"jobs":[{"demand_gbps":50,"duty":0.5,"offset":0},{"demand_gbps":50,"duty":0.5,"offset":0.5}]}""", """{"slowdown":1}""", null)]
    [InlineData("F02_feeds", """{"feeds":3,"feed_usable_kw":50,"load_kw":100,"failed":1}""", """{"normal_per_feed_kw":33.3333333,"survivor_kw":50,"max_safe_load_kw":100}""", null)]
    public void Says_what_is_wrong_with_a_physics_case(string formula, string inputs, string expected, string? failure)
    {
        var outcome = Run($$"""
            {"schema":"physics_cases/1","formulas":[{"id":"{{formula}}","cases":[
              {"id":"one","inputs":{{inputs}},"expected":{{expected}},"tolerance":{"type":"relative","value":0.001},"kind":"computed","sources":[]}]}]}
            """);
        Judge(outcome, failure);
    }

    [Theory]
    [InlineData("""{"op":"reduce","by_w":10,"expect":{"freed_w":10,"shortfall_w":0}}""", null)]
    [InlineData("""{"op":"reduce","by_w":10,"expect":{"freed_w":9}}""", "expected 9")]
    [InlineData("""{"op":"reduce","by_w":10,"expect":{"colour":9}}""", "'colour' is not known")]
    [InlineData("""{"op":"reduce","by_w":10,"colour":1,"expect":{}}""", "'colour' is not known")]
    [InlineData("""{"op":"paint","by_w":10}""", "'paint' is not known")]
    public void Says_what_is_wrong_with_an_acceptance_case(string step, string? failure)
    {
        var outcome = Run($$"""
            {"format":"dsx-acceptance-cases/1","units":"","cases":[
              {"id":"one","given":{"groups":[{"name":"a","priority":0,"alloc_w":100,"floor_w":50}]},"steps":[{{step}}]}]}
            """);
        Judge(outcome, failure);
    }

    private static void Judge(CaseOutcome outcome, string? failure)
    {
        if (failure is null)
            Assert.Empty(outcome.Failures);
        else
            Assert.Contains(failure, string.Join("; ", outcome.Failures), StringComparison.Ordinal);
    }

    private static CaseOutcome Run(string content)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(path, content);
        try
        {
            return Assert.Single(AnyCaseFile.Run(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
