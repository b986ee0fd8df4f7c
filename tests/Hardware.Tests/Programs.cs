using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Programs;

namespace ControlPlane.Hardware.Tests;

/// <summary>Programs for tests: the published example, and small ones.</summary>
internal static class Programs
{
    public static string ExampleFile { get; } = Path.Combine(Root(), "infra", "examples", "jobs", "program.yaml");

    /// <summary>The published example, with other numbers of turns.</summary>
    public static ProgramWork Example(long outer, long inner)
    {
        var program = Read(File.ReadAllText(ExampleFile));
        var loop = (LoopStep)program.Steps[0];
        var first = (LoopStep)loop.Steps[0];
        return program with { Steps = [loop with { Times = outer, Steps = [first with { Times = inner }, .. loop.Steps.Skip(1)] }] };
    }

    public static ProgramWork Read(string manifest)
    {
        var reading = ManifestReader.Read(manifest, "program.yaml");
        Assert.Empty(reading.Errors);
        var errors = new List<ManifestError>();
        var spec = JobSpecs.From(Assert.Single(reading.Manifests), HardwareCatalogue.Default, errors);
        Assert.Empty(errors);
        return (ProgramWork)spec!.Work;
    }

    /// <summary>A program of one line of YAML each for buffers and steps.</summary>
    public static ProgramWork Of(string buffers, string steps, string outputs = "[]") => Read(
        $"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: job}}\nspec:\n  queue: q\n  tasks: [{{gpus: 1}}]\n  program:\n    buffers: {buffers}\n    steps: {steps}\n    outputs: {outputs}\n");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ControlPlane.sln")))
            folder = folder.Parent;
        return folder.FullName;
    }
}

/// <summary>Checkpoints in memory; ends the run after as many as it is told, as a crash would.</summary>
internal sealed class KeptCheckpoints(int crashAfter = int.MaxValue) : ICheckpoints
{
    private byte[][] _kept = [];
    private int _saved;

    public ProgramState? Found { get; private set; }

    public bool IsBroken { get; init; }

    public KeptCheckpoints Survivor() => new() { Found = Found, _kept = _kept };

    public KeptCheckpoints Broken() => new() { Found = Found, IsBroken = true };

    public Task RestoreAsync(IReadOnlyList<IDeviceBuffer> buffers, CancellationToken cancellation)
    {
        if (IsBroken)
        {
            buffers[0].Upload(0, new byte[] { 1, 2, 3, 4 });
            throw new IOException("half of it is gone");
        }
        foreach (var (buffer, bytes) in buffers.Zip(_kept))
            buffer.Upload(0, bytes);
        return Task.CompletedTask;
    }

    public Task SaveAsync(ProgramState state, IReadOnlyList<IDeviceBuffer> buffers, CancellationToken cancellation)
    {
        if (_saved++ == crashAfter)
            throw new OperationCanceledException("the crash of this test");
        _kept = [.. buffers.Select(buffer =>
        {
            var bytes = new byte[buffer.Bytes];
            buffer.Download(0, bytes);
            return bytes;
        })];
        Found = state;
        return Task.CompletedTask;
    }
}
