using System.Globalization;
using System.Text;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Planning.Capacity;

namespace ControlPlane.Planning.Tests.Capacity;

public sealed class ExampleSiteTests
{
    private static readonly Lazy<(CapacityQuestion Question, CapacityReport Report, RackPlan Plan)> Example = new(() =>
    {
        // The twin plays small sites in these tests: this one takes it half a minute.
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "site-20mw.yaml"));
        var question = SmallSite.Read(text, File.OpenText(Path.Combine(AppContext.BaseDirectory, "draw.csv"))) is { Plan.Failures: "rsc1" } stated ? stated with { Plan = stated.Plan with { Failures = null } } : throw new InvalidDataException("The example states no failures.");
        var report = ReportBuilder.Answer(question, HardwareCatalogue.Default, out var plan);
        return (question, report, plan!);
    });

    [Fact]
    public void The_example_is_planned_as_approved()
    {
        var text = new StringBuilder();
        foreach (var order in Example.Value.Report.Orders)
            text.Append(CultureInfo.InvariantCulture, $"order by {order.OrderBy:yyyy-MM-dd} for {order.Quarter}: {order.Count} {order.Type}\n");
        foreach (var quarter in Example.Value.Report.Quarters)
            text.Append(CultureInfo.InvariantCulture, $"{quarter.Quarter}: {quarter.Gpus} GPUs, {quarter.MeterWatts} W at the meter, {quarter.Binding!.Kind} +{quarter.Binding.MoreRacks}, then {quarter.Next!.Kind} +{quarter.Next.MoreRacks}\n");
        var approved = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "site-20mw.approved.txt")).ReplaceLineEndings("\n");
        Assert.True(approved == text.ToString(), "The plan is another one; if that is meant, approve it:\n" + text);
    }

    [Fact]
    public void Every_check_of_the_example_agrees()
    {
        var report = Example.Value.Report;
        Assert.True(report.Fits);
        Assert.Empty(report.Checks!.Violations);
        Assert.Empty(report.Checks.Misplaced);
        Assert.Empty(report.Checks.OneFewer);
        Assert.True(report.ProvenLeastDollars <= report.Dollars && report.Dollars <= report.GreedyDollars);
    }

    [Fact]
    public void The_figures_of_its_last_quarter_follow_from_the_racks()
    {
        var (question, report, plan) = Example.Value;
        var last = report.Quarters[^1];
        var watts = question.Types.Select((type, index) => plan.Count(question.Quarters.Count - 1, index) * type.Watts).Sum();
        Assert.Equal(watts, last.ProvisionedWatts);
        Assert.InRange(last.MeterWatts, watts * 1.149, 20_000_000);
        Assert.Equal(report.Orders.Sum(order => order.Count) + 8, last.Racks.Sum(row => row.Count));
        Assert.Equal(report.Dollars, report.Quarters.Sum(quarter => quarter.Dollars));
        // Dollars and tokens of serving, and what is left for training, are the quarter's.
        var serving = last.Needs.Where(need => need.DollarsPerMillionTokens is not null).Sum(need => need.DollarsPerMillionTokens!.Value * need.Asked * 2190 * 3600 / 1e6);
        Assert.InRange(serving, last.Dollars * 0.3, last.Dollars);
    }

    [Fact]
    public void A_greater_demand_than_the_site_holds_is_told_with_what_would_help()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "site-20mw.yaml")).Replace("gridConnection: 20MW", "gridConnection: 12MW", StringComparison.Ordinal);
        var report = ReportBuilder.Answer(SmallSite.Read(text, File.OpenText(Path.Combine(AppContext.BaseDirectory, "draw.csv"))), HardwareCatalogue.Default, out var plan);
        Assert.Null(plan);
        Assert.Equal("2029Q1", report.FirstShort);
        Assert.Contains(report.Relaxations, one => one.What == "grid" && one.Steps[0].StartsWith("grid connection: ", StringComparison.Ordinal));
    }
}
