using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using CsCheck;

namespace ControlPlane.Scheduling.Tests;

public sealed class ShareRepackingTests
{
    private const int Runs = 200;
    private const int MostSteps = 10_000;

    private static readonly Gen<JobSpec> Specs =
        from gpus in Gen.Int[0, 8]
        from milli in Gen.Int[1, 19]
        from cpu in Gen.Int[0, 4]
        from models in Gen.Int[0, 9]
        select Ask.For(Ask.Group(
            gpus is 1 or 2 ? gpus : 0, 1, gpus > 2 ? milli * 50 : 0, cpu * 1000, cpu, 0,
            models switch { 0 => ["h100"], 1 => ["gb200"], _ => [] }));

    [Fact]
    public void Gathers_rests_until_GPUs_are_free()
    {
        var state = new Hall().Rack("r1", 4, 1).State();
        var shares = new ShareRepacking(state);
        for (var node = 0; node < 4; node++)
            Start(state, shares, $"job-{node}", 300, node);
        while (shares.Step() is not null)
            state.Verify();
        Assert.Equal(2, state.FreeGpus);
        Assert.Equal(4, state.JobCount);
    }

    [Fact]
    public void Exchanges_shares_where_no_single_one_could_move()
    {
        // 600 + 300 twice and 400 + 400 leave 100, 100 and 200; 600 + 400 twice and 300 + 300 leave 400 once.
        var state = new Hall().Rack("r1", 3, 1).State();
        var shares = new ShareRepacking(state);
        foreach (var (job, milli, node) in new[] { ("a", 600, 0), ("b", 300, 0), ("c", 600, 1), ("d", 300, 1), ("e", 400, 2), ("f", 400, 2) })
            Start(state, shares, job, milli, node);
        Assert.IsType<Waiting>(state.Place(Ask.For(Ask.Group(0, milli: 400)), "asked"));
        while (shares.Step() is not null)
            state.Verify();
        Assert.IsType<Placed>(state.Place(Ask.For(Ask.Group(0, milli: 400)), "asked"));
    }

    [Fact]
    public void Moves_nobody_to_a_node_without_CPU_nor_whoever_may_not_move()
    {
        var state = new Hall().Rack("r1", 3, 1, cpu: 1000).State();
        var shares = new ShareRepacking(state);
        Start(state, shares, "a", 300, 0, cpu: 1000);
        Start(state, shares, "b", 300, 1, cpu: 1000);
        Start(state, shares, "c", 300, 2, cpu: 0);
        shares.Remove(new JobId("c"));
        Assert.Null(shares.Step());
    }

    [Fact]
    public void Every_step_keeps_everybody_within_every_limit_and_steps_end() =>
        Gen.Select(Specs.Array[5, 60], Gen.Int[2, 20], Gen.Int[0, 3]).Sample(
            (specs, kilowatts, cordoned) =>
            {
                var state = new Hall().Model("h100", 50, 700).Model("gb200", 100, 1200).Power("feed", kilowatts * 1000)
                    .Rack("r1", 3, 2, "h100", "feed", cpu: 8000, memory: 8).Rack("r2", 2, 4, "gb200", "feed", cpu: 9000, memory: 20).State();
                var shares = new ShareRepacking(state);
                foreach (var (spec, number) in specs.Select((spec, number) => (spec, number)))
                {
                    var job = new JobId($"job-{number}");
                    if (state.Place(spec, job.Value) is not Placed placed)
                        continue;
                    state.Assign(job, spec, placed.Assignment);
                    shares.Add(job);
                }
                state.SetNodeCondition(cordoned, NodeCondition.Cordoned);
                Settle(state, shares);
            },
            iter: Runs);

    private static void Settle(HallState state, ShareRepacking shares)
    {
        for (var step = 0; ; step++)
        {
            Assert.InRange(step, 0, MostSteps);
            var before = state.Fork();
            if (shares.Step() is not { } moves)
                return;
            state.Verify();
            Assert.Empty(state.Overcommitted());
            Assert.Equal(before.Jobs, state.Jobs);
            Assert.Equal(moves.Count, moves.Select(move => move.Job).Distinct().Count());
            Assert.All(moves, move => Assert.Equal(before.AssignmentOf(move.Job), move.From));
            Assert.All(moves, move => Assert.Equal(move.To, state.AssignmentOf(move.Job)));
            Assert.All(before.Jobs.Except(moves.Select(move => move.Job)), job => Assert.Equal(before.AssignmentOf(job), state.AssignmentOf(job)));
        }
    }

    private static void Start(HallState state, ShareRepacking shares, string job, int milli, int node, int cpu = 0)
    {
        state.Assign(new JobId(job), Ask.For(Ask.Group(0, 1, milli, cpu)), new Assignment([new TaskPlacement(0, 0, node, [0], milli)]));
        shares.Add(new JobId(job));
    }
}
