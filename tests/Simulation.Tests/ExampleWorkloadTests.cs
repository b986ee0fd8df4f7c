using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Simulation.Workloads;

namespace ControlPlane.Simulation.Tests;

public sealed class ExampleWorkloadTests
{
    [Fact]
    public void The_same_seed_makes_the_same_jobs()
    {
        Assert.Equal(Make(7), Make(7));
        Assert.NotEqual(Make(7), Make(8));
    }

    [Fact]
    public void Makes_every_kind_of_job_within_the_horizon_and_in_order()
    {
        var jobs = Make(3);
        Assert.Equal(1000, jobs.Count);
        Assert.Equal(jobs.OrderBy(job => job.At).Select(job => job.Name), jobs.Select(job => job.Name));
        Assert.All(jobs, job => Assert.InRange(job.At, TimeSpan.Zero, TimeSpan.FromHours(24)));
        Assert.All(jobs, job => Assert.True(Names.IsValid(job.Name)));
        Assert.Equal(
            ["decode", "other", "prefill", "training"],
            jobs.Select(job => Assert.IsType<SimulatedWork>(job.Spec.Work).Class).Distinct().Order());
        Assert.Contains(jobs, job => job.Spec.Topology.Required == Domain.Halls.TopologyLevel.NvlinkDomain);
        Assert.Contains(jobs, job => job.Spec.Groups[0].GpuMilli > 0);
    }

    [Fact]
    public void Every_job_is_sound_as_a_manifest()
    {
        var errors = new List<ManifestError>();
        Assert.All(Make(5), job => Assert.Equal(job.Spec, JobSpecs.From(JobSpecs.ToManifest(job.Name, job.Spec), HardwareCatalogue.Default, errors)));
        Assert.Empty(errors);
    }

    private static IReadOnlyList<TraceJob> Make(ulong seed) =>
        ExampleWorkload.Generate(seed, 1000, TimeSpan.FromHours(24), ["research", "products"]);
}
