using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

namespace ControlPlane.Simulation.Tests;

public sealed class TraceFileTests
{
    private const string PodHeader =
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n";

    [Fact]
    public void Reads_pods_with_their_times_and_lets_any_model_run_them()
    {
        var jobs = Read(PodHeader + "p-1,6000,12288,1,460,T4|P100,LS,Running,400,1000,400\np-0,1,2,2,1000,,LS,Running,0,60,0\n");
        Assert.Equal(["p-0", "p-1"], jobs.Select(job => job.Name));
        Assert.Equal(TimeSpan.FromSeconds(400), jobs[1].At);
        var group = jobs[1].Spec.Groups[0];
        Assert.Equal((0, 460, 6000, 12288), (group.Gpus, group.GpuMilli, group.CpuMilli, (int)group.Memory.Mebibytes));
        Assert.Empty(group.GpuModels);
        Assert.Equal(TimeSpan.FromSeconds(600), Assert.IsType<SimulatedWork>(jobs[1].Spec.Work).Duration);
    }

    [Fact]
    public void Reads_gangs_as_whole_servers_and_a_rest()
    {
        var job = Assert.Single(Read("job_id,vc,submit,gpus,duration\n7,2869ce,30,20,600\n"));
        Assert.Equal("philly-7", job.Name);
        Assert.Equal([(2, 8), (1, 4)], job.Spec.Groups.Select(group => (group.Count, group.Gpus)));
    }

    [Theory]
    [InlineData("a,b\n", "jobs.csv, line 1: the header is neither")]
    [InlineData("", "jobs.csv, line 1: the file is empty")]
    [InlineData("job_id,vc,submit,gpus,duration\n1,v,0,4,10\n2,v,0,x,10\n", "jobs.csv, line 3, field gpus: a whole number from 1 to 100000 was expected, not 'x'")]
    [InlineData("job_id,vc,submit,gpus,duration\n1,v,0,4\n", "jobs.csv, line 2: the line has 4 fields, the header 5")]
    [InlineData("job_id,vc,submit,gpus,duration\n1,v,0,4,9\n1,v,0,4,9\n", "jobs.csv, line 3, field job_id: '1' is not unique")]
    [InlineData("name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,2,500\n", "jobs.csv, line 2, field gpu_milli: a pod with several GPUs")]
    public void Names_file_line_and_field_of_what_it_cannot_read(string text, string message)
    {
        var fault = Assert.Throws<TraceFormatException>(() => Read(text));
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<TraceJob> Read(string text) => TraceFile.Read(new StringReader(text), "jobs.csv");
}
