using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using CsCheck;

namespace ControlPlane.Scheduling.Tests;

public sealed class RoomByMovingTests
{
    private const int Runs = 300;

    private static readonly Gen<JobSpec> Specs =
        from kind in Gen.Int[0, 6]
        from gpus in Gen.Int[1, 4]
        from milli in Gen.Int[1, 9]
        from cpu in Gen.Int[0, 4]
        from count in Gen.Int[1, 8]
        select Ask.For(Ask.Group(
            kind is 0 or > 2 ? 0 : gpus, count == 8 ? 2 : 1, kind > 2 ? milli * 100 : 0, cpu * 1000, cpu, 0,
            milli switch { 1 => ["h100"], 2 => ["gb200"], _ => [] }));

    [Fact]
    public void Adds_gaps_up_by_moving_a_share_into_another_gap()
    {
        var state = new Hall().Rack("r1", 2, 1).State();
        var room = new RoomByMoving(state, PlacementProfile.Factory);
        Start(state, room, "a", 700, node: 0);
        Start(state, room, "b", 300, node: 1);
        Start(state, room, "c", 300, node: 1);
        var asked = Ask.For(Ask.Group(0, milli: 600));
        Assert.IsType<Waiting>(state.Place(asked, "asked"));
        var plan = room.Find(new JobId("asked"), asked, 1)!;
        Assert.Equal(1, Assert.Single(plan.Assignment.Tasks).Node);
        Assert.Equal(0, Assert.Single(plan.Moves).To.Tasks[0].Node);
        room.Apply(plan, new JobId("asked"), asked);
        state.Verify();
        Assert.Equal(4, state.JobCount);
    }

    [Fact]
    public void Moves_nobody_who_may_not_move()
    {
        var state = new Hall().Rack("r1", 2, 1).State();
        var room = new RoomByMoving(state, PlacementProfile.Factory);
        Start(state, room, "a", 700, node: 0);
        Start(state, room, "b", 300, node: 1);
        Start(state, room, "c", 300, node: 1);
        room.Remove(new JobId("b"));
        room.Remove(new JobId("c"));
        Assert.Null(room.Find(new JobId("asked"), Ask.For(Ask.Group(0, milli: 600)), 1));
    }

    [Fact]
    public void Whoever_moves_is_placed_again_within_every_limit() =>
        Gen.Select(Specs.Array[5, 60], Gen.Int[1, 5], Gen.Int[2, 20], Gen.Int[0, 3]).Sample(
            (specs, moves, kilowatts, cordoned) =>
            {
                var state = new Hall().Model("h100", 50, 700).Model("gb200", 100, 1200).Power("feed", kilowatts * 1000)
                    .Rack("r1", 3, 2, "h100", "feed", cpu: 8000, memory: 8).Rack("r2", 2, 4, "gb200", "feed", cpu: 9000, memory: 20).State();
                var room = new RoomByMoving(state, PlacementProfile.Factory, moves);
                var held = new Dictionary<JobId, JobSpec>();
                for (var number = 0; number < specs.Length; number++)
                {
                    if (number == specs.Length / 2)
                        state.SetNodeCondition(cordoned, NodeCondition.Cordoned);
                    if (LetIn(state, room, new JobId($"job-{number}"), specs[number], moves))
                        held.Add(new JobId($"job-{number}"), specs[number]);
                    state.Verify();
                    Assert.Empty(state.Overcommitted());
                    Assert.Equal(held.Count, state.JobCount);
                    Assert.All(held, job => Assert.Equal(job.Value, state.SpecOf(job.Key)));
                }
            },
            iter: Runs);

    private static bool LetIn(HallState state, RoomByMoving room, JobId job, JobSpec spec, int mostMoves)
    {
        if (state.Place(spec, job.Value) is Placed placed)
        {
            state.Assign(job, spec, placed.Assignment);
            room.Add(job);
            return true;
        }
        var before = state.Fork();
        if (room.Find(job, spec, 1) is not { } plan)
            return false;
        Assert.InRange(plan.Moves.Count, 1, mostMoves);
        Assert.Equal(plan.Moves.Count, plan.Moves.Select(move => move.Job).Distinct().Count());
        Assert.All(plan.Moves, move => Assert.Equal(before.AssignmentOf(move.Job), move.From));
        Assert.Equal(plan, room.Find(job, spec, 1));
        room.Apply(plan, job, spec);
        Assert.All(plan.Moves, move => Assert.Equal(move.To, state.AssignmentOf(move.Job)));
        return true;
    }

    private static void Start(HallState state, RoomByMoving room, string job, int milli, int node)
    {
        state.Assign(new JobId(job), Ask.For(Ask.Group(0, milli: milli)), new Assignment([new TaskPlacement(0, 0, node, [0], milli)]));
        room.Add(new JobId(job));
    }
}
