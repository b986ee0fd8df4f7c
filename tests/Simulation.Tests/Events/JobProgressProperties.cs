using ControlPlane.Simulation.Events;
using CsCheck;

namespace ControlPlane.Simulation.Tests.Events;

/// <summary>Progress in one step against progress a millisecond at a time.</summary>
public sealed class JobProgressProperties
{
    private static readonly Gen<Checkpoints> AnyCheckpoints =
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 15], Gen.Int[0, 20]).Select(all => new Checkpoints(all.Item1, all.Item2, all.Item3));

    [Fact]
    public void A_span_comes_to_the_same_in_one_step_and_in_many() =>
        Gen.Select(AnyCheckpoints, Gen.Int[0, 20], Gen.Int[0, 300].Array[1, 6], Gen.Bool).Sample(
            (checkpoints, starting, spans, isSlow) =>
            {
                var speed = isSlow ? 0.5 : 1;
                var (progress, plain) = (new JobProgress { Starting = starting }, new JobProgress { Starting = starting });
                foreach (var span in spans)
                {
                    progress = progress.After(span, speed, checkpoints, out var spent);
                    Assert.Equal(span, spent.Starting + spent.Working + spent.Writing, 1e-6);
                    for (var at = 0; at < span; at++)
                        plain = Tick(plain, speed, checkpoints);
                    Assert.Equal(plain.Saved, progress.Saved, 1e-6);
                    Assert.Equal(plain.Since, progress.Since, 1e-6);
                    Assert.Equal(plain.Starting, progress.Starting, 1e-6);
                }
            },
            iter: 2000);

    [Fact]
    public void Work_is_done_when_it_was_said_to_be_done_and_not_before() =>
        Gen.Select(AnyCheckpoints, Gen.Int[0, 20], Gen.Int[0, 200], Gen.Int[1, 500]).Sample(
            (checkpoints, starting, passed, work) =>
            {
                var progress = new JobProgress { Starting = starting }.After(passed, 1, checkpoints, out _);
                if (progress.Done >= work)
                    return;
                var time = (int)progress.TimeTo(work, 1, checkpoints);
                Assert.True(progress.After(time, 1, checkpoints, out _).Done >= work);
                Assert.True(progress.After(time - 1, 1, checkpoints, out _).Done < work);
            },
            iter: 2000);

    [Fact]
    public void Without_speed_nothing_is_done() =>
        Assert.Equal(double.PositiveInfinity, default(JobProgress).TimeTo(1, 0, new Checkpoints(1, 1, 1)));

    private static JobProgress Tick(JobProgress progress, double speed, Checkpoints checkpoints)
    {
        if (progress.Starting > 0)
            return progress with { Starting = progress.Starting - 1 };
        var works = progress.InCycle < checkpoints.Interval;
        progress = progress with { InCycle = progress.InCycle + 1, Since = progress.Since + (works ? speed : 0) };
        return progress.InCycle < checkpoints.Interval + checkpoints.Write
            ? progress
            : new JobProgress { Saved = progress.Saved + progress.Since };
    }
}
