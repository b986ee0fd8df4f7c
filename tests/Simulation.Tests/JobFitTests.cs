using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Workloads;
using CsCheck;

namespace ControlPlane.Simulation.Tests;

public sealed class JobFitTests
{
    [Theory]
    [InlineData("exponential", 40, 1)]
    [InlineData("lognormal", 3, 1.5)]
    [InlineData("weibull", 60_000, 0.5)]
    public void A_law_is_found_again_in_what_it_says(string kind, double scale, double shape)
    {
        // The sample stands at the law's own quantiles, found by halving.
        var law = new GapLaw(kind, scale, shape, 0);
        var sample = Enumerable.Range(0, 4000).Select(number => Quantile(law, (number + 0.5) / 4000)).Where(value => value > 0.5).ToList();
        var found = GapLaw.Nearest(sample);
        Assert.True(found.Distance < 0.03, found.ToString());
        // An exponential law is also a weibull law of shape 1.
        Assert.True(found.Kind == kind || (kind == "exponential" && found.Kind == "weibull" && found.Shape is > 0.9 and < 1.2), found.ToString());
        Assert.Equal(sample.Average(), found.Mean, found.Mean * 0.15);
    }

    [Fact]
    public void What_is_drawn_asks_for_the_share_of_the_hall_that_was_asked_for()
    {
        var fit = JobFit.Of(Gangs(), "gangs").For(5_000, 0.6);
        Assert.Equal(3_000, fit.MeanGpus, 6);
        const double seconds = 400 * 86_400.0;
        var drawn = fit.Draw(3, seconds);
        Assert.Equal(3_000, drawn.Sum(job => job.Gpus * (double)job.Duration) / seconds, 3_000 * 0.1);
        Assert.All(drawn, job => Assert.InRange(job.Duration, 100, 40_000));
        Assert.Equal([1, 8, 32], drawn.Select(job => job.Gpus).Distinct().Order());
        Assert.Equal(drawn.Select(job => job.Submit).Order(), drawn.Select(job => job.Submit));
    }

    [Fact]
    public void The_same_seed_draws_the_same_gangs_whatever_the_end() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 40], Gen.Int[1, 40]).Sample(
            (seed, days, more) =>
            {
                var fit = JobFit.Of(Gangs(), "gangs").For(500, 0.5);
                var (some, all) = (fit.Draw(seed, days * 86_400.0), fit.Draw(seed, (days + more) * 86_400.0));
                Assert.Equal(some, all.Take(some.Count));
            },
            iter: 20);

    [Fact]
    public void Sizes_that_the_hall_cannot_hold_are_left_out_and_said()
    {
        var fit = JobFit.Of(Gangs(), "gangs").For(8, 0.5);
        Assert.Equal([1, 8], fit.Sizes.Select(size => size.Gpus));
        Assert.Throws<ArgumentException>(() => JobFit.Of([.. Gangs().Where(job => job.Gpus == 32)], "gangs").For(8, 0.5));
        Assert.Throws<ArgumentException>(() => JobFit.Of([.. Gangs().Take(2)], "gangs"));
        Assert.Contains(fit.Lines(), line => line.StartsWith("8 GPUs: 100 gangs; run time lognormal(", StringComparison.Ordinal));
    }

    private static double Quantile(GapLaw law, double share)
    {
        var (low, high) = (0.0, 1e7);
        for (var round = 0; round < 80; round++)
            (low, high) = law.Below((low + high) / 2) < share ? ((low + high) / 2, high) : (low, (low + high) / 2);
        return low;
    }

    private static List<TracedJob> Gangs() =>
        [.. Enumerable.Range(0, 300).Select(id => new TracedJob(id, id * id, new[] { 1, 8, 32 }[id % 3], 100 + (id * id % 39_900)))];
}
