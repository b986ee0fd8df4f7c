using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling.Tests;

/// <summary>Makes job specifications for tests and places them.</summary>
internal static class Ask
{
    public static TaskGroup Group(
        int gpus, int count = 1, int milli = 0, int cpu = 0, double memory = 0, double network = 0, params string[] models) =>
        new("workers", count, gpus, milli, models.ToValueList(), cpu, Gibibytes.FromGibibytes(memory), GigabitsPerSecond.FromGigabits(network));

    /// <summary>MIG instances of an H100: 0 to 5 are 1g.10gb, 1g.20gb, 2g.20gb, 3g.40gb, 4g.40gb and 7g.80gb.</summary>
    public static TaskGroup Instance(int profile, int count = 1, int cpu = 0)
    {
        var geometry = Hall.Mig;
        return Group(0, count, geometry.MilliOf(geometry.Profiles[profile]), cpu) with { Mig = geometry.Profiles[profile].Name };
    }

    public static JobSpec For(params TaskGroup[] groups) => new(
        new QueueId("default"), 100, groups.ToValueList(), new TopologyRequest(null, null),
        new SimulatedWork("training", TimeSpan.FromHours(1), 100, 1), null, null);

    public static JobSpec Within(this JobSpec spec, TopologyLevel? required, TopologyLevel? preferred = null) =>
        spec with { Topology = new TopologyRequest(required, preferred) };

    public static PlacementDecision Place(this HallState state, JobSpec spec, string job = "job-1", PlacementProfile? profile = null) =>
        Placer.Place(state, new JobId(job), spec, profile ?? PlacementProfile.Factory, 1);

    /// <summary>Places and assigns; the job must fit.</summary>
    public static Assignment Run(this HallState state, JobSpec spec, string job, PlacementProfile? profile = null)
    {
        var placed = Assert.IsType<Placed>(state.Place(spec, job, profile));
        Assert.Empty(PlanCheck.Verify(state, new JobId(job), spec, placed.Assignment));
        state.Assign(new JobId(job), spec, placed.Assignment);
        state.Verify();
        return placed.Assignment;
    }

    public static Reason Waits(this HallState state, JobSpec spec, string job = "job-1") =>
        Assert.IsType<Waiting>(state.Place(spec, job)).Reasons[0];

    public static Reason Refuses(this HallState state, JobSpec spec) =>
        Assert.IsType<Refused>(state.Place(spec)).Reasons[0];
}
