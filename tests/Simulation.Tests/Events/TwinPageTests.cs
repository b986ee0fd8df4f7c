using System.Text.RegularExpressions;
using ControlPlane.Simulation.Events;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Results;

namespace ControlPlane.Simulation.Tests.Events;

public sealed partial class TwinPageTests
{
    private static readonly TwinPlan Plan = TwinPlans.Of(64, new TracedJob(1, 0, 32, 40_000), new TracedJob(2, 3600, 64, 40_000), new TracedJob(3, 7200, 64, 1)) with
    {
        Services = [TwinPlans.Service(1)],
        DollarsPerKilowattHour = 0.1,
        DollarsPerGpuHour = 2,
        Faults = [new TwinFault(10_000, "limit", "feed", 5_000, 40)],
    };

    [Fact]
    public void A_page_has_every_picture_and_asks_for_nothing_from_elsewhere()
    {
        var page = TwinPage.Write(Run(Plan));
        foreach (var heading in (string[])["GPUs that jobs hold", "Power against what the feeds carry", "Hottest die", "Jobs that wait", "Nodes that are out", "Tokens written", "Cost", "The largest gangs", "Services", "Figures", "Assumptions"])
            Assert.Contains($"<h2>{heading}</h2>", page, StringComparison.Ordinal);
        Assert.Contains("job-1: 32 GPUs, 100 % done", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.Empty(Elsewhere().Matches(page));
        Assert.Equal(page, TwinPage.Write(Run(Plan)));
    }

    [Fact]
    public void Two_runs_are_drawn_over_one_another_with_what_is_changed()
    {
        var page = TwinPage.Compare(Run(Plan), Run(Plan with { Backfill = "easy" }));
        Assert.Contains("In B: placement: profile factory, backfill easy", page, StringComparison.Ordinal);
        Assert.Contains("<title>A: held</title>", page, StringComparison.Ordinal);
        Assert.Contains("<title>B: held</title>", page, StringComparison.Ordinal);
        Assert.Contains("<h2>The largest gangs of B</h2>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_tell_the_budget_in_force_the_hottest_die_and_what_it_costs()
    {
        var rows = Run(Plan with { SampleSeconds = 5_000 }).Rows;
        // Two racks have a feed of 100 kW; from 10,000 s on it carries 40 for 5,000 s.
        Assert.Equal([100, 100, 40, 100], rows.Take(4).Select(row => row.BudgetKilowatts));
        // An H100 at 0.87 of the range from 78.8 to 700 W draws 619 W: behind 0.07 K/W in air of 24 C that is 67.3 C.
        Assert.InRange(rows[0].HottestDie, 67.3, 67.4);
        Assert.InRange(rows[0].Dollars, 64 * 2 * 5000 / 3600.0, (64 * 2 * 5000 / 3600.0) + 15);
    }

    private static TwinOutcome Run(TwinPlan plan)
    {
        var twin = new EventTwin(plan);
        twin.Advance(200_000_000);
        return twin.Outcome();
    }

    [GeneratedRegex("(src|href|@import|url\\()=?[\"'(]?https?:|<script|<link|<img")]
    private static partial Regex Elsewhere();
}
