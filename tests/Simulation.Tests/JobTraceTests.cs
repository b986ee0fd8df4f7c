namespace ControlPlane.Simulation.Tests;

public sealed class JobTraceTests
{
    private const string Swf = "; Version: 2.2\n;  MaxProcs: 64\n\n    1  0  5 100  4 -1 -1  8 200 -1 1 3 2 -1 1 -1 -1 -1\n2 7 -1 50 -1 12.5 -1 8 -1 -1 1 3 2 -1 -1 -1 -1 -1\n";

    [Fact]
    public void Reads_the_standard_workload_format_by_its_first_line()
    {
        var trace = Read(Swf);
        Assert.Equal(("swf", 0), (trace.Format, trace.LeftOut));
        Assert.Equal(
            ["1 0 4 100 queue-1", "2 7 8 50 "],
            trace.Jobs.Select(job => $"{job.Id} {job.Submit} {job.Gpus} {job.Duration} {job.Queue}"));
    }

    [Fact]
    public void Reads_a_Philly_list_with_its_virtual_clusters()
    {
        var trace = Read("job_id,vc,submit,gpus,duration\n7,ab,30,20,600\n");
        var job = Assert.Single(trace.Jobs);
        Assert.Equal(("philly", 7, 30, 20, 600, "ab"), (trace.Format, job.Id, job.Submit, job.Gpus, job.Duration, job.Queue));
    }

    [Fact]
    public void Leaves_out_what_is_not_known_only_when_asked()
    {
        const string unknown = "1 0 5 -1 4 -1 -1 8 200 -1 5 3 2 -1 1 -1 -1 -1\n2 7 -1 50 -1 -1 -1 -1 -1 -1 1 3 2 -1 1 -1 -1 -1\n3 9 -1 50 2 -1 -1 -1 -1 -1 1 3 2 -1 1 -1 -1 -1\n";
        var trace = JobTraces.Read(new StringReader(unknown), "jobs.swf", leaveOut: true);
        Assert.Equal((2, 3), (trace.LeftOut, Assert.Single(trace.Jobs).Id));
        Assert.StartsWith("jobs.swf, line 1, field 4 (run time): a run time of 1 s or more was expected, not -1", Fault(unknown), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 0 5 100 4\n", "jobs.swf, line 1: the line has 5 fields; the standard workload format has 18")]
    [InlineData("1 0 5 100 4 -1 -1 8 200 -1 1 3 2 -1 1 -1 -1 x\n", "jobs.swf, line 1, field 18 (think time): a number of 0 or more, or -1")]
    [InlineData("1 0 -2 100 4 -1 -1 8 200 -1 1 3 2 -1 1 -1 -1 -1\n", "jobs.swf, line 1, field 3 (wait time): a number of 0 or more, or -1")]
    [InlineData("1 0 5 -7 4 -1 -1 8 200 -1 1 3 2 -1 1 -1 -1 -1\n", "jobs.swf, line 1, field 4 (run time)")]
    [InlineData("1 5 5 1 4 -1 -1 8 200 -1 1 3 2 -1 1 -1 -1 -1\n2 4 5 1 4 -1 -1 8 200 -1 1 3 2 -1 1 -1 -1 -1\n", "jobs.swf, line 2, field 2 (submit time): jobs must stand in order of submission, and 4 is before the 5")]
    [InlineData("1 5 5 1 4 -1 -1 8 200 -1 1 3 2 -1 1 -1 -1 -1\n1 5 5 1 4 -1 -1 8 200 -1 1 3 2 -1 1 -1 -1 -1\n", "jobs.swf, line 2, field 1 (job number): 1 stands there twice")]
    [InlineData("1 5 5 9 -1 -1 -1 -1 200 -1 1 3 2 -1 1 -1 -1 -1\n", "jobs.swf, line 1, field 5 (allocated processors): 1 processor or more")]
    [InlineData("; nothing\n", "jobs.swf, line 1: at least one job")]
    [InlineData("job_id,vc,submit,gpus,duration\n1,v,5,1,1\n2,v,4,1,1\n", "jobs.swf, line 3, field submit: jobs must stand in order")]
    [InlineData("job_id,vc,submit,gpus,duration\n1,v,5,1,-3\n", "jobs.swf, line 2, field duration: a whole number from 1")]
    [InlineData("TIMESTAMP,ContextTokens,GeneratedTokens\n", "jobs.swf, line 1: this is a trace of requests")]
    [InlineData("name,cpu_milli,memory_mib,num_gpu,gpu_milli\n", "jobs.swf, line 1: this is a list of pods")]
    [InlineData("a,b\n", "jobs.swf, line 1: the header is not that of a Philly job list")]
    public void Names_file_line_and_field_of_what_it_cannot_read(string text, string expected) =>
        Assert.StartsWith(expected, Fault(text), StringComparison.Ordinal);

    private static JobTrace Read(string text) => JobTraces.Read(new StringReader(text), "jobs.swf");

    private static string Fault(string text) => Assert.Throws<TraceFormatException>(() => Read(text)).Message;
}
