using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Domain.Tests;

/// <summary>Tenants' own kernels in Job manifests.</summary>
public class TenantKernelManifestTests
{
    private const string Kernel = "{name: own, entry: k, ptx: text, parameters: [{name: a, buffer: bfloat16, access: update}, {name: n, scalar: int64}]}";
    private const string Step = "{kernel: own, buffers: {a: a}, scalars: {n: 5}, grid: [3, 2], block: 64}";

    [Fact]
    public void Are_read_and_written_as_they_were()
    {
        var (spec, errors) = Read(Kernel, Step);
        Assert.Empty(errors);
        Assert.True(spec!.HasTenantKernels);
        var program = (ProgramWork)spec.Work;
        Assert.Equal(
            new TenantKernel("own", "text", "k", [new("a", ElementType.Bfloat16, BufferAccess.Update, null), new("n", null, BufferAccess.Read, ScalarType.Int64)]),
            Assert.Single(program.Kernels));
        Assert.Equal(new LaunchShape(3, 2, 64), ((KernelStep)program.Steps[0]).Shape);
        Assert.Equal(spec, JobSpecs.From(JobSpecs.ToManifest("own", spec), HardwareCatalogue.Default, []));
        Assert.False((spec with { Work = program with { Kernels = [] } }).HasTenantKernels);
    }

    [Theory]
    [InlineData("{name: own, parameters: []}", Step, "spec.program.kernels[0]: has no PTX; give exactly one of ptx and ptxFile")]
    [InlineData("{name: own, ptx: text, ptxFile: k.ptx, parameters: []}", Step, "has both ptx and ptxFile")]
    [InlineData("{name: own, ptxFile: k.ptx, parameters: []}", Step, "spec.program.kernels[0].ptxFile: names k.ptx, which did not come along")]
    [InlineData("{name: own, ptx: text, parameters: [{name: a}]}", Step, "parameters[0]: is neither a buffer nor a number")]
    [InlineData("{name: own, ptx: text, parameters: [{name: a, buffer: int32, scalar: int32}]}", Step, "parameters[0]: is both a buffer and a number")]
    [InlineData("{name: own, ptx: text, parameters: [{name: a, scalar: int32, access: write}]}", Step, "parameters[0].access: is for buffers")]
    [InlineData(Kernel, "{kernel: own, grid: [1]}", "gives grid without block")]
    [InlineData(Kernel, "{kernel: own, block: 1}", "gives block without grid")]
    [InlineData(Kernel, "{kernel: own, grid: [1, 1, 1], block: 1}", "grid: has 3 numbers")]
    [InlineData(Kernel, "{loss: a, grid: [1], block: 1}", "gives what only a kernel takes")]
    [InlineData(Kernel, "{kernel: own, grid: [-1], block: 1}", "'-1' is out of range")]
    [InlineData(Kernel, "{kernel: own, grid: [1], block: 100000}", "'100000' is out of range")]
    [InlineData(Kernel, "{kernel: own, grid: [99999999999999999999], block: 1}", "grid[0]")]
    public void What_cannot_be_is_refused_with_its_field(string kernel, string step, string why)
    {
        var (spec, errors) = Read(kernel, step);
        Assert.Null(spec);
        Assert.Contains(errors, error => error.ToString().Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public void Files_are_named_from_the_manifest_s_folder()
    {
        var manifest = Assert.Single(ManifestReader.Read(Text("{name: own, ptxFile: sub/k.ptx, parameters: []}", Step), "jobs/own.yaml").Manifests);
        var (field, path) = Assert.Single(TenantKernelFiles.NamedBy(manifest));
        Assert.Equal(("spec.program.kernels[0].ptxFile", "jobs/sub/k.ptx"), (field, path));
        var filled = TenantKernelFiles.With(manifest, asked => asked == path ? "text" : null);
        Assert.Equal("text", ((ProgramWork)JobSpecs.From(filled, HardwareCatalogue.Default, [])!.Work).Kernels[0].Ptx);
        Assert.Same(manifest.Origin, filled.Origin); // Lines stay those of the manifest.
    }

    private static (JobSpec? Spec, List<ManifestError> Errors) Read(string kernel, string step)
    {
        var reading = ManifestReader.Read(Text(kernel, step), "own.yaml");
        var errors = reading.Errors.ToList();
        return (errors.Count > 0 ? null : JobSpecs.From(Assert.Single(reading.Manifests), HardwareCatalogue.Default, errors), errors);
    }

    private static string Text(string kernel, string step) =>
        $"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: own}}\nspec:\n  queue: research\n  tasks: [{{gpus: 1}}]\n  program:\n    kernels: [{kernel}]\n    buffers: [{{name: a, type: bfloat16, count: 64}}]\n    steps: [{step}]\n";
}
