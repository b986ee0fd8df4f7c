using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation.Tests;

public sealed class JobReplayTests
{
    // Two of four GPUs are busy for ten seconds, then somebody wants all four, somebody two for long, somebody two for short.
    private const string Trace = "job_id,vc,submit,gpus,duration\n0,v,0,2,10\n1,v,1,4,20\n2,v,2,2,9\n3,v,3,2,7\n";

    [Theory]
    [InlineData("fifo", "0-10 10-30 30-39 30-37")]
    [InlineData("fifo-skip", "0-10 17-37 2-11 10-17")]
    [InlineData("sjf", "0-10 17-37 2-11 10-17")]
    [InlineData("sjf-skip", "0-10 17-37 2-11 10-17")]
    [InlineData("easy", "0-10 10-30 30-39 3-10")]
    [InlineData("conservative", "0-10 10-30 30-39 3-10")]
    [InlineData("srtf", "0-10 18-38 2-18 3-10")]
    [InlineData("factory", "0-10 17-37 2-11 10-17")]
    [InlineData("factory-easy", "0-10 10-30 30-39 3-10")]
    public void Starts_jobs_in_the_policy_s_order(string policy, string expected)
    {
        var result = JobReplay.Run(Jobs(Trace), ReplayHall.Pool(4), policy);
        Assert.Equal(expected, string.Join(' ', result.Times.Select(one => $"{one.Start}-{one.End}")));
    }

    [Fact]
    public void A_gang_takes_whole_servers_and_the_fullest_other_that_has_room()
    {
        // Twelve GPUs take one whole server and four of the one that three are taken of; five more fit on neither.
        var jobs = Jobs("job_id,vc,submit,gpus,duration\n0,v,0,3,100\n1,v,0,12,50\n2,v,0,5,10\n3,v,0,1,10\n");
        var times = JobReplay.Run(jobs, ReplayHall.Servers(2), "fifo-skip").Times;
        Assert.Equal([0L, 0, 50, 0], times.Select(one => one.Start));
    }

    [Fact]
    public void A_quota_is_reclaimed_and_whoever_gives_way_goes_on_from_its_last_checkpoint()
    {
        // Cluster a holds everything; b is guaranteed half of it. One of a's jobs yields at 700 s, having saved at 600 s.
        var jobs = Jobs("job_id,vc,submit,gpus,duration\n0,a,0,8,1000\n1,a,0,8,1000\n2,b,700,8,500\n");
        var quotas = new Dictionary<string, int> { ["a"] = 8, ["b"] = 8 };
        var result = JobReplay.Run(jobs, ReplayHall.Servers(2, 4, quotas), "factory");
        Assert.Equal(1, result.Preemptions);
        Assert.Equal((700, 1200), (result.Times[2].Start, result.Times[2].End));
        // The other ends at 1,000 s; the one that yielded then takes its place with 400 s to go.
        Assert.Equal([1000L, 1400], result.Times.Take(2).Select(one => one.End).Order());
        Assert.Equal(700, JobReplay.Run(jobs, ReplayHall.Servers(3), "factory").Times[2].Start);
        Assert.Equal(1000, JobReplay.Run(jobs, ReplayHall.Servers(2), "factory").Times[2].Start);
        Assert.Throws<ArgumentException>(() => ReplayHall.Servers(1, 4, quotas));
    }

    [Fact]
    public void Refuses_a_job_that_could_never_run() => Assert.Throws<ArgumentException>(
        () => JobReplay.Run(Jobs(Trace), ReplayHall.Pool(3), "fifo"));

    [Theory]
    [InlineData("job_id,vc,submit,gpus,duration\n1,v,0,1,0\n", "jobs.csv, line 2, field duration")]
    [InlineData("job_id,vc,submit,gpus,duration\n1,v,0,1,1\n1,v,0,1,1\n", "jobs.csv, line 3, field job_id")]
    [InlineData("job_id,vc,submit,gpus,duration\n", "jobs.csv, line 2: at least one")]
    [InlineData("job_id,vc,submit,duration\n", "jobs.csv, line 1, field gpus")]
    public void Names_line_and_field_of_what_cannot_be_read(string content, string expected)
    {
        var fault = Assert.Throws<TraceFormatException>(() => Jobs(content));
        Assert.StartsWith(expected, fault.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<TracedJob> Jobs(string content) => PhillyFiles.ReadJobs(new StringReader(content), "jobs.csv");
}
