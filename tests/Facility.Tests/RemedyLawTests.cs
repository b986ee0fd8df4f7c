using ControlPlane.Domain;
using ControlPlane.Facility.Health;
using CsCheck;

namespace ControlPlane.Facility.Tests;

public class RemedyLawTests
{
    private const int NodeGpus = 8;
    private const int HallGpus = 800;

    private static readonly TimeSpan Now = TimeSpan.FromDays(10);
    private static readonly GpuId Gpu = new("a-01-n00-g0");
    private static readonly NodeId Node = new("a-01-n00");

    [Theory]
    [InlineData(13, Remedy.RestartJob)]
    [InlineData(48, Remedy.ResetGpu)]
    [InlineData(79, Remedy.Drain)]
    [InlineData(54, Remedy.Replace)]
    [InlineData(63, Remedy.None)]
    [InlineData(99_999, Remedy.None)]
    public void The_table_says_what_comes_first(int code, Remedy remedy)
    {
        var verdict = Decide(code);
        Assert.Equal(remedy, verdict.Remedy);
        Assert.Equal(remedy == Remedy.None ? RemedyState.Noted : RemedyState.Acting, verdict.State);
    }

    [Fact]
    public void What_one_remedy_did_not_cure_gets_the_next()
    {
        PastRemedy[] restarts = [.. Enumerable.Range(1, 3).Select(hour => Past(Remedy.RestartJob, RemedyState.Done, hour))];
        Assert.Equal(Remedy.ResetGpu, Decide(13, restarts).Remedy);
        Assert.Contains("faulted 3 times", Decide(13, restarts).Because, StringComparison.Ordinal);
        Assert.Equal(Remedy.RestartJob, Decide(13, restarts[..2]).Remedy);
        PastRemedy[] resets = [.. Enumerable.Range(1, 3).Select(hour => Past(Remedy.ResetGpu, RemedyState.Done, hour))];
        Assert.Equal(Remedy.Replace, Decide(48, resets).Remedy);
        Assert.Equal(Remedy.Replace, Decide(13, [.. restarts, .. resets]).Remedy);
        Assert.Equal(Remedy.ResetGpu, Decide(48, [Past(Remedy.ResetGpu, RemedyState.Done, 25), .. resets[..2]]).Remedy); // A day ago: over.
    }

    [Fact]
    public void A_remedy_under_way_is_not_begun_again()
    {
        Assert.Equal(RemedyState.Noted, Decide(48, [Past(Remedy.ResetGpu, RemedyState.Acting, 1)]).State);
        Assert.Equal(RemedyState.Noted, Decide(13, [Past(Remedy.ResetGpu, RemedyState.Acting, 1)]).State);
        Assert.Equal(RemedyState.Acting, Decide(79, [Past(Remedy.ResetGpu, RemedyState.Acting, 1)]).State);
        var neighbour = Past(Remedy.Drain, RemedyState.Acting, 1) with { Gpu = new GpuId("a-01-n00-g7") };
        Assert.Equal(RemedyState.Noted, Decide(48, [neighbour]).State);
        Assert.Equal(RemedyState.Acting, Decide(48, [neighbour with { Node = new NodeId("b-01-n00") }]).State);
    }

    [Theory]
    [InlineData(RemedyMode.DryRun, RemedyState.DryRun)]
    [InlineData(RemedyMode.Off, RemedyState.Noted)]
    public void A_remedy_goes_as_far_as_it_may(RemedyMode mode, RemedyState state)
    {
        var law = new RemedyLaw([new RemedyRule(Remedy.ResetGpu, mode, 5)], 0.5);
        Assert.Equal((Remedy.ResetGpu, state), (Decide(48, [], law).Remedy, Decide(48, [], law).State));
        Assert.Equal(RemedyState.Acting, Decide(79, [], law).State);
    }

    [Fact]
    public void Dry_runs_and_held_ones_count_for_nothing()
    {
        var law = new RemedyLaw([new RemedyRule(Remedy.ResetGpu, RemedyMode.Act, 1)], 1);
        Assert.Equal(RemedyState.Acting, Decide(48, [Past(Remedy.ResetGpu, RemedyState.DryRun, 0), Past(Remedy.ResetGpu, RemedyState.HeldBack, 0)], law).State);
        Assert.Equal(RemedyState.HeldBack, Decide(48, [Past(Remedy.ResetGpu, RemedyState.Done, 0)], law).State);
        Assert.Equal(RemedyState.Acting, Decide(48, [Past(Remedy.ResetGpu, RemedyState.Done, 1)], law).State);
        var none = new RemedyLaw([], 0);
        Assert.Equal(RemedyState.HeldBack, Decide(79, [], none).State);
        Assert.Contains("8 of the hall's 800 GPUs", Decide(79, [], none).Because, StringComparison.Ordinal);
        Assert.Equal(RemedyState.Acting, Decide(13, [], none).State); // It closes nothing.
    }

    // A driver release that makes GPUs report faults by the hundred, in any order.
    [Fact]
    public void However_many_faults_are_reported_no_hall_is_emptied_and_no_rate_exceeded() =>
        Gen.Select(Gen.Select(Gen.Int[0, 99], Gen.Int[0, 7], Gen.Int[0, 5], Gen.Int[0, 600]).Array[1, 300], Gen.Double[0, 0.3], Gen.Int[0, 12], Gen.Int[1, 4]).Sample((faults, share, rate, cure) =>
        {
            int[] codes = [13, 31, 48, 79, 54, 63];
            var law = new RemedyLaw([.. Enum.GetValues<Remedy>().Select(remedy => new RemedyRule(remedy, RemedyMode.Act, rate))], share);
            var (now, past, number) = (TimeSpan.Zero, new List<PastRemedy>(), 0);
            foreach (var (node, gpu, code, seconds) in faults)
            {
                now += TimeSpan.FromSeconds(seconds);
                if (++number % cure == 0 && past.FindIndex(one => one.State == RemedyState.Acting) is >= 0 and var cured)
                    past[cured] = past[cured] with { State = RemedyState.Done };
                var (id, of) = (new GpuId($"n{node}-g{gpu}"), new NodeId($"n{node}"));
                var verdict = law.Decide(XidTable.Find(codes[code]), id, of, NodeGpus, HallGpus, past, now);
                past.Add(new PastRemedy(id, of, verdict.Remedy, verdict.State, now, RemedyLaw.Closes(verdict.Remedy, NodeGpus)));
                Assert.True(past.Where(one => one.State == RemedyState.Acting).Sum(one => one.ClosedGpus) <= share * HallGpus);
                foreach (var remedy in Enum.GetValues<Remedy>())
                    Assert.True(past.Count(one => one.Remedy == remedy && now - one.At < TimeSpan.FromHours(1) && one.State is RemedyState.Acting or RemedyState.Done) <= rate);
            }
        });

    private static RemedyVerdict Decide(int code, IReadOnlyCollection<PastRemedy>? past = null, RemedyLaw? law = null) =>
        (law ?? RemedyLaw.Default).Decide(XidTable.Find(code), Gpu, Node, NodeGpus, HallGpus, past ?? [], Now);

    private static PastRemedy Past(Remedy remedy, RemedyState state, int hoursAgo) =>
        new(Gpu, Node, remedy, state, Now - TimeSpan.FromHours(hoursAgo), RemedyLaw.Closes(remedy, NodeGpus));
}
