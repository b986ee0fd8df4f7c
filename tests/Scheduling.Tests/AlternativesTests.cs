using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

public class AlternativesTests
{
    [Fact]
    public void The_smallest_change_of_each_kind_is_named_and_each_would_place_the_job()
    {
        // 8 GPUs in two racks of 4; the feed bears 6 of them at 700 W.
        var state = new Hall().Model("h100", 100, 700).Power("feed", 800 + (6 * 600)).Rack("r0", 1, 4, "h100", "feed").Rack("r1", 1, 4, "h100", "feed").State();
        Assert.Equal(["at a power limit of 70 %", "with 6 of 8 tasks of group workers"], Of(state, Ask.For(Ask.Group(1, 8))));
        Assert.Equal(["with row as the required level", "with 4 of 5 tasks of group workers"], Of(state, Ask.For(Ask.Group(1, 5)).Within(TopologyLevel.Rack)));
        Assert.Empty(Of(state, Ask.For(Ask.Group(5))));
        Assert.Equal("", Alternatives.Sentence([]));
        Assert.Equal("It would start now with any GPU model.", Alternatives.Sentence(Of(state, Ask.For(Ask.Group(1, 1, models: "gb200")))));
    }

    [Fact]
    public void Why_not_there_says_what_the_rack_lacks_or_what_was_preferred()
    {
        var state = new Hall().Model("h100").Rack("r0", 2, 4, "h100").Rack("r1", 2, 4, "h100").Rack("r2", 2, 2, "h100").State();
        var spec = Ask.For(Ask.Group(4, 2));
        state.Run(spec, "job-1");
        string Ask2(int rack) => WhyNot.InRack(state, new JobId("job-1"), spec, rack, PlacementProfile.Factory, 1);
        Assert.Contains("It runs there: 2 of its 2 tasks", Ask2(0), StringComparison.Ordinal);
        Assert.Contains("would fit on r1 too", Ask2(1), StringComparison.Ordinal);
        Assert.Contains("holds 0 of 2 tasks: 2 nodes ruled out by GpusShort", Ask2(2), StringComparison.Ordinal);
    }

    private static ValueList<string> Of(HallState state, JobSpec spec)
    {
        var found = Alternatives.Of(state, new JobId("asked"), spec, PlacementProfile.Factory, 1);
        state.Verify();
        return found;
    }
}
