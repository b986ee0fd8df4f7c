using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Tests;

/// <summary>Collectives in Job manifests.</summary>
public class CollectiveManifestTests
{
    [Theory]
    [InlineData("{}", CollectiveOperation.AllReduce, 64L << 20, 20)]
    [InlineData("{operation: allGather, bytes: 400, repetitions: 3}", CollectiveOperation.AllGather, 400, 3)]
    [InlineData("{operation: broadcast, bytes: 1073741824}", CollectiveOperation.Broadcast, 1 << 30, 20)]
    public void Is_read_and_written_as_it_was(string text, CollectiveOperation operation, long bytes, int repetitions)
    {
        var (spec, errors) = Read(text, "{count: 4, gpus: 1}");
        Assert.Empty(errors);
        Assert.Equal(new CollectiveWork(operation, bytes, repetitions, true, 42, TimeSpan.Zero, 4), spec!.Work);
        Assert.Equal(spec, JobSpecs.From(JobSpecs.ToManifest("sum", spec), HardwareCatalogue.Default, []));
    }

    [Theory]
    [InlineData("{bytes: 401}", "{count: 2}", "401 bytes are not whole floats")]
    [InlineData("{}", "{count: 2, gpus: 2}", "tasks of one whole GPU")]
    [InlineData("{}", "{count: 2, gpus: 0.5}", "tasks of one whole GPU")]
    [InlineData("{}", "{count: 3, minimum: 2}", "tasks of one whole GPU")]
    [InlineData("{}", "{count: 3, spares: 1}", "tasks of one whole GPU")]
    [InlineData("{}\n  kernel: {name: triad}", "{count: 1}", "several kinds of work")]
    public void What_cannot_be_is_refused_with_its_field(string text, string tasks, string why)
    {
        var (spec, errors) = Read(text, tasks);
        Assert.Null(spec);
        Assert.Contains(errors, error => error.ToString()!.Contains(why, StringComparison.Ordinal));
    }

    private static (JobSpec? Spec, List<ManifestError> Errors) Read(string collective, string tasks)
    {
        var reading = ManifestReader.Read($"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: sum}}\nspec:\n  queue: research\n  tasks: [{tasks}]\n  collective: {collective}\n", "sum.yaml");
        Assert.Empty(reading.Errors);
        var errors = new List<ManifestError>();
        return (JobSpecs.From(Assert.Single(reading.Manifests), HardwareCatalogue.Default, errors), errors);
    }
}
