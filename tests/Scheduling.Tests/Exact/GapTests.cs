using ControlPlane.Domain;
using ControlPlane.Domain.Halls;
using ControlPlane.Domain.Jobs;
using Xunit.Abstractions;

namespace ControlPlane.Scheduling.Tests.Exact;

/// <summary>How far one scheduling cycle stays behind an exact optimum, on halls small enough to solve exactly.</summary>
public class GapTests(ITestOutputHelper output)
{
    private const int Halls = 120;

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_cycle_serves_in_the_median_as_much_as_an_exact_packing_of_the_same_jobs_in_their_order()
    {
        var (inOrder, atWill) = (new List<double>(), new List<double>());
        for (var seed = 0; seed < Halls; seed++)
        {
            var random = new Random(seed);
            var state = HallOf(random).State();
            // Together they ask for a little more than there is: with far less everything fits, with far more anything does.
            var jobs = JobsOf(random, state.FreeGpus);
            if (ExactPacking.InOrder(state, jobs) is not { } exact || ExactPacking.MostGpus(state, jobs) is not { } most)
                continue;
            var placed = Placed(state, jobs);
            Assert.True(placed <= most, $"Seed {seed}: {placed} GPUs in use, {most} is the most possible.");
            inOrder.Add((exact - placed) / (double)exact);
            atWill.Add((most - placed) / (double)most);
        }
        Print("to an exact packing in the same order", inOrder);
        Print("to the best choice of jobs, whoever is passed over", atWill);
        Assert.True(inOrder.Count > Halls * 3 / 4, "Too few instances were solved.");
        Assert.Equal(0, At(inOrder, 0.5));
    }

    // A negative gap: a job that was passed over left room for larger ones behind it.
    private void Print(string what, List<double> gaps)
    {
        gaps.Sort();
        output.WriteLine($"{gaps.Count} halls, gap {what}: least {gaps[0]:P1}, median {At(gaps, 0.5):P1}, 75 % {At(gaps, 0.75):P1}, 90 % {At(gaps, 0.9):P1}, most {gaps[^1]:P1}; none in {gaps.Count(gap => gap == 0)}.");
    }

    private static double At(List<double> sorted, double share) => sorted[(int)Math.Ceiling(share * sorted.Count) - 1];

    private static long Placed(HallState state, List<JobSpec> jobs)
    {
        var waiting = new WaitingJobs();
        for (var job = 0; job < jobs.Count; job++)
            waiting.Add(new WaitingJob(new JobId($"job-{job}"), jobs[job], job));
        SchedulingCycle.RunToFixpoint(state, waiting, new CycleOptions(PlacementProfile.Factory, 1, Now, _ => null));
        state.Verify();
        return state.Jobs.Sum(job => state.AssignmentOf(job)!.MilliGpus) / 1000;
    }

    private static Hall HallOf(Random random)
    {
        var hall = new Hall().Model("h100", 100, 700);
        var racks = random.Next(2, 5);
        var gpus = racks * 2 * 4;
        hall.Power("feed", (gpus * 100) + (600.0 * gpus * random.Next(60, 120) / 100));
        for (var rack = 0; rack < racks; rack++)
        {
            hall.Power($"p{rack}", 800 + (600.0 * random.Next(4, 9)), "feed");
            hall.Rack($"r{rack}", 2, 4, "h100", $"p{rack}", leaf: rack / 2, spine: 0, cpu: random.Next(8, 33) * 1000);
        }
        return hall;
    }

    private static List<JobSpec> JobsOf(Random random, int gpus)
    {
        var jobs = new List<JobSpec>();
        for (var asked = 0; asked < gpus * 5 / 4;)
        {
            var group = Ask.Group(random.Next(1, 5), random.Next(1, 4), cpu: random.Next(0, 5) * 1000);
            asked += group.Gpus * group.Count;
            jobs.Add(Ask.For(group).Within(random.Next(4) switch { 0 => TopologyLevel.Rack, 1 => TopologyLevel.Leaf, _ => null }));
        }
        return jobs;
    }
}
