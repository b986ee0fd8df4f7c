using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Scheduling.Tests;

/// <summary>MIG instances: where they may begin, what they share a GPU with, and what is said when none fits.</summary>
public sealed class InstanceTests
{
    // The largest number of each that one H100 holds: NVIDIA Multi-Instance GPU User Guide, H100 profiles.
    [Theory]
    [InlineData("1g.10gb", 7)]
    [InlineData("1g.20gb", 4)]
    [InlineData("2g.20gb", 3)]
    [InlineData("3g.40gb", 2)]
    [InlineData("4g.40gb", 1)]
    [InlineData("7g.80gb", 1)]
    public void A_GPU_holds_as_many_instances_of_a_profile_as_its_maker_says(string profile, int most)
    {
        var state = OneGpu();
        for (var number = 0; number < most; number++)
            state.Run(Ask.For(Instance(profile)), $"held-{number}");
        var reason = state.Waits(Ask.For(Instance(profile)));
        Assert.Equal(ReasonCode.InstancesShort, reason.Code);
        Assert.Equal(0, reason.Available);
    }

    [Fact]
    public void Small_instances_leave_the_positions_of_large_ones_free()
    {
        var state = OneGpu();
        state.Run(Ask.For(Instance("1g.10gb")), "small");
        state.Run(Ask.For(Instance("4g.40gb")), "large");
        state.Run(Ask.For(Instance("2g.20gb")), "middle");
        Assert.Equal(0b0111_1111, state.MigSlotsInUse(0, 0));
    }

    [Fact]
    public void Every_instance_draws_on_one_GPU_before_the_next_is_cut()
    {
        var state = new Hall().Model("h100", mig: true).Rack("r", nodes: 2, gpus: 4).State();
        for (var number = 0; number < 7; number++)
            state.Run(Ask.For(Instance("1g.10gb")), $"held-{number}");
        Assert.Equal(7, state.FreeGpus);
    }

    [Fact]
    public void Shares_and_instances_never_meet_on_a_GPU()
    {
        var state = OneGpu();
        state.Run(Ask.For(Ask.Group(0, milli: 100)), "share");
        Assert.Equal(ReasonCode.InstancesShort, state.Waits(Ask.For(Instance("1g.10gb"))).Code);
        state.Release(new JobId("share"));
        state.Run(Ask.For(Instance("1g.10gb")), "instance");
        Assert.Equal(ReasonCode.GpusShort, state.Waits(Ask.For(Ask.Group(0, milli: 100))).Code);
        Assert.Equal(ReasonCode.GpusShort, state.Waits(Ask.For(Ask.Group(1))).Code);
    }

    [Fact]
    public void A_gang_of_instances_starts_whole_over_several_GPUs()
    {
        var state = new Hall().Model("h100", mig: true).Rack("r", nodes: 1, gpus: 3).State();
        var assignment = state.Run(Ask.For(Instance("3g.40gb", count: 5)), "gang");
        Assert.Equal(5, assignment.Tasks.Count);
        Assert.Equal(2500, assignment.MilliGpus);
        Assert.Equal(ReasonCode.InstancesShort, state.Waits(Ask.For(Instance("3g.40gb", count: 2))).Code);
        Assert.Equal(ReasonCode.InstancesShort, state.Refuses(Ask.For(Instance("3g.40gb", count: 7))).Code);
    }

    [Fact]
    public void A_model_that_cannot_be_cut_takes_no_instance() =>
        Assert.Equal(ReasonCode.NoSuchModel, new Hall().Rack("r", nodes: 1, gpus: 8).State().Refuses(Ask.For(Instance("1g.10gb"))).Code);

    [Fact]
    public void An_instance_that_wakes_a_GPU_is_held_against_its_feed_and_the_next_beside_it_is_not()
    {
        var state = new Hall().Model("h100", 100, 700, mig: true).Power("feed", 1500).Rack("r", nodes: 1, gpus: 4, power: "feed").State();
        for (var number = 0; number < 7; number++)
            state.Run(Ask.For(Instance("1g.10gb")), $"held-{number}");
        Assert.Equal(ReasonCode.PowerShort, state.Waits(Ask.For(Instance("1g.10gb"))).Code);
    }

    [Fact]
    public void A_position_in_use_or_not_allowed_is_not_assigned()
    {
        var state = OneGpu();
        var spec = Ask.For(Instance("2g.20gb"));
        var fault = Assert.Throws<InvariantException>(() => state.Assign(new JobId("a"), spec, At(250, 1)));
        Assert.Contains("no MIG instance 2g.20gb begins", fault.Message, StringComparison.Ordinal);
        state.Assign(new JobId("a"), spec, At(250, 2));
        Assert.Throws<InvariantException>(() => state.Assign(new JobId("b"), spec, At(250, 2)));
        Assert.Contains(PlanCheck.Verify(state, new JobId("b"), spec, At(250, 2)), violation => violation.Rule == "instance");
        Assert.Contains(PlanCheck.Verify(state, new JobId("b"), spec, At(250, 6)), violation => violation.Rule == "instance");
        Assert.Empty(PlanCheck.Verify(state, new JobId("b"), spec, At(250, 4)));
    }

    [Fact]
    public void Every_position_of_every_catalogued_model_keeps_within_the_compute_slices()
    {
        foreach (var gpu in Domain.Catalogue.HardwareCatalogue.Default.Gpus.Where(gpu => gpu.Mig is not null))
            Assert.True(MostCompute(gpu.Mig!.ToGeometry(), 0) <= 7, gpu.Name);
    }

    private static int MostCompute(MigGeometry geometry, int used)
    {
        var most = 0;
        foreach (var profile in geometry.Profiles)
        {
            foreach (var start in profile.Starts)
            {
                // From the left to the right, so that every set of instances is met once.
                if (used >> start == 0)
                    most = Math.Max(most, profile.ComputeSlices + MostCompute(geometry, used | (((1 << profile.MemorySlices) - 1) << start)));
            }
        }
        return most;
    }

    private static HallState OneGpu() => new Hall().Model("h100", mig: true).Rack("r", nodes: 1, gpus: 1).State();

    private static Assignment At(int milli, int slot) => new([new TaskPlacement(0, 0, 0, [0], milli) { Slot = slot }]);

    private static TaskGroup Instance(string profile, int count = 1) =>
        Ask.Instance(Hall.Mig.Profiles.Select(one => one.Name).ToList().IndexOf(profile), count);
}
