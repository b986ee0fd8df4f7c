using System.Diagnostics;

using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;

using ProgramBuffer = ControlPlane.Domain.Jobs.ProgramBuffer;
using ProgramWork = ControlPlane.Domain.Jobs.ProgramWork;

namespace ControlPlane.Agent.Tests;

/// <summary>Programs on a real agent and its executors: results, refusals, and going on after a kill.</summary>
public sealed class ProgramTests
{
    [SkippableTheory]
    [InlineData("cpu")]
    [InlineData("cuda")]
    public async Task A_program_comes_to_the_bits_that_it_comes_to_in_process(string devices)
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, devices);
        var stream = await host.AcceptAsync();
        var program = Example(2, 2);
        var expected = await InProcess(program);

        var report = await stream.RunAsync(LeaseOf("learn", 1, program));

        Assert.True(report.Succeeded, report.Error);
        Assert.Equal((expected.Checksum, expected.State.FirstLoss, expected.State.LastLoss), (report.Checksum, report.FirstLoss, report.LastLoss));
        Assert.Equal((expected.State.Done, "steps/s", 0L, ""), ((long)report.Repetitions, report.RateUnit, report.WentOnFrom, report.Remark));
        Assert.Equal((ulong)ProgramCheck.RequiredBytes(program), report.PeakMemoryBytes);
        Assert.Empty(Checkpoints(agent)); // Work that is over leaves nothing behind.
    }

    [SkippableFact]
    public async Task A_killed_executor_s_program_goes_on_from_its_checkpoint()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        var program = Example(150, 20);
        var expected = await InProcess(program);
        Assert.True((await stream.LeaseAsync(LeaseOf("learn", 1, program))).Accepted);
        await CheckpointAsync(agent);
        Process.GetProcessById(agent.Executor()).Kill();

        var report = await stream.ReportAsync();

        Assert.True(report.Succeeded, report.Error);
        Assert.InRange(report.WentOnFrom, 1, expected.State.Done - 1);
        Assert.Equal((expected.Checksum, expected.State.LastLoss), (report.Checksum, report.LastLoss));
    }

    [SkippableFact]
    public async Task A_killed_agent_s_program_goes_on_from_its_checkpoint_under_the_next_lease()
    {
        await using var host = await FakeHost.StartAsync();
        var program = Example(150, 20);
        var expected = await InProcess(program);
        var first = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        Assert.True((await stream.LeaseAsync(LeaseOf("learn", 1, program))).Accepted);
        await CheckpointAsync(first);
        var folder = await first.KillAsync();

        await using var second = RunningAgent.Start(host, "cpu", folder);
        stream = await host.AcceptAsync();
        var interrupted = await stream.ReportAsync();
        await stream.AcknowledgeAsync(interrupted);
        Assert.Equal("interrupted", interrupted.ErrorCode);
        var report = await stream.RunAsync(LeaseOf("learn", 2, program));

        Assert.True(report.Succeeded, report.Error);
        Assert.InRange(report.WentOnFrom, 1, expected.State.Done - 1);
        Assert.Equal((expected.Checksum, expected.State.LastLoss), (report.Checksum, report.LastLoss));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-5)]
    public async Task A_checkpoint_that_was_damaged_is_not_used(int place)
    {
        await using var host = await FakeHost.StartAsync();
        var program = Example(150, 20);
        var first = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        Assert.True((await stream.LeaseAsync(LeaseOf("learn", 1, program))).Accepted);
        await CheckpointAsync(first);
        var folder = await first.KillAsync();
        var file = Assert.Single(Checkpoints(first));
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[place < 0 ? bytes.Length + place : bytes.Length / 2] ^= 4;
        await File.WriteAllBytesAsync(file, bytes);

        await using var second = RunningAgent.Start(host, "cpu", folder);
        stream = await host.AcceptAsync();
        await stream.AcknowledgeAsync(await stream.ReportAsync());
        var report = await stream.RunAsync(LeaseOf("learn", 2, program));

        Assert.Equal(((await InProcess(program)).Checksum, 0), (report.Checksum, report.WentOnFrom));
        Assert.Contains("not those that were written", report.Remark, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Another_program_under_the_same_name_begins_anew()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        Assert.True((await stream.LeaseAsync(LeaseOf("learn", 1, Example(150, 20)))).Accepted);
        await CheckpointAsync(agent);
        await stream.SendAsync(new() { Stop = new() { Job = "learn", Generation = 1 } });
        await stream.AcknowledgeAsync(await stream.ReportAsync());

        var report = await stream.RunAsync(LeaseOf("learn", 2, Example(2, 2) with { Seed = 9 }));

        Assert.Equal(((await InProcess(Example(2, 2) with { Seed = 9 })).Checksum, 0), (report.Checksum, report.WentOnFrom));
    }

    [SkippableFact]
    public async Task A_crash_that_comes_before_any_checkpoint_fails_the_program()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cuda");
        var stream = await host.AcceptAsync();
        agent.OrderFault("crash");
        var report = await stream.RunAsync(LeaseOf("learn", 1, Example(2, 2)));
        Assert.Equal("executor-crashed", report.ErrorCode);
        Assert.True((await stream.RunAsync(LeaseOf("next", 2, Example(1, 1)))).Succeeded);
    }

    [SkippableFact]
    public async Task Memory_beyond_the_job_s_part_and_programs_that_are_none_are_refused_with_the_reason()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        var lease = LeaseOf("large", 1, Example(1, 1));
        lease.Program.MemoryLimitBytes = 100_000;
        var report = await stream.RunAsync(lease);
        Assert.Equal("out-of-memory", report.ErrorCode);
        Assert.Contains("may hold 100000 bytes", report.Error, StringComparison.Ordinal);
        Assert.InRange(report.PeakMemoryBytes, 1UL, 100_000UL);

        var broken = LeaseOf("broken", 2, Example(1, 1));
        broken.Program.Buffers[4].Count = 7;
        Assert.Equal("bad-parameter", (await stream.RunAsync(broken)).ErrorCode);
        var unknown = LeaseOf("unknown", 3, Example(1, 1));
        unknown.Program.Steps.Add(new Hardware.Protocol.ProgramStep());
        Assert.Contains("does not know", (await stream.RunAsync(unknown)).Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_checkpoint_that_cannot_be_kept_is_told_and_stops_nothing()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        await File.WriteAllTextAsync(agent.JournalFile + "-checkpoints", "in the way");
        var report = await stream.RunAsync(LeaseOf("learn", 1, Example(2, 2)));
        Assert.True(report.Succeeded, report.Error);
        Assert.Contains("was not kept", report.Remark, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_running_program_says_how_far_it_is_and_what_it_holds()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        var program = Example(100_000, 20);
        Assert.True((await stream.LeaseAsync(LeaseOf("learn", 1, program))).Accepted);
        var sample = await stream.SampleAsync(sample => sample.HasProgress && sample.HasLoss);
        Assert.InRange(sample.Progress, 0, 1);
        Assert.Equal((ulong)ProgramCheck.RequiredBytes(program), sample.JobMemoryBytes);
        await stream.SendAsync(new() { Stop = new() { Job = "learn", Generation = 1 } });
        Assert.Equal("stopped", (await stream.ReportAsync()).ErrorCode);
        Assert.False((await stream.SampleAsync(sample => !sample.HasProgress)).HasJobMemoryBytes);
    }

    [SkippableFact]
    public async Task Bulk_data_of_any_length_comes_back_as_it_was()
    {
        await using var host = await FakeHost.StartAsync();
        await using var agent = RunningAgent.Start(host, "cpu");
        var stream = await host.AcceptAsync();
        // Buffers that end within, at and behind the end of a slot of shared memory, and many slots of them.
        var fill = new BufferFill(true, 0, 1, 0);
        var program = new ProgramWork(
            new[] { 262_144L, 1, 262_145, 3_000_000 }.Select((count, i) => new ProgramBuffer($"b{i}", ElementType.Float32, count, fill)).ToValueList(),
            [
                .. Enumerable.Range(0, 4).Select(i => (Domain.Jobs.ProgramStep)new FillStep($"b{i}", new BufferFill(true, 0, 2, 0))),
                new CheckpointStep(["b0", "b1", "b2", "b3"]), new LoopStep(20_000, [new LossStep("b1")]),
            ],
            ["b0", "b1", "b2", "b3"], 5, TimeSpan.Zero, null);
        var expected = await InProcess(program);
        Assert.True((await stream.LeaseAsync(LeaseOf("bulk", 1, program))).Accepted);
        await CheckpointAsync(agent);
        Process.GetProcessById(agent.Executor()).Kill();
        var report = await stream.ReportAsync();
        Assert.Equal((expected.Checksum, 5), (report.Checksum, report.WentOnFrom));
    }

    private static async Task CheckpointAsync(RunningAgent agent)
    {
        using var limit = new CancellationTokenSource(FakeHost.Patience);
        while (Checkpoints(agent).Length == 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static string[] Checkpoints(RunningAgent agent) => Directory.Exists(agent.JournalFile + "-checkpoints")
        ? Directory.GetFiles(agent.JournalFile + "-checkpoints").Where(file => !file.EndsWith(".new", StringComparison.Ordinal)).ToArray()
        : [];

    private static Lease LeaseOf(string job, long generation, ProgramWork program) => new() { Job = job, Generation = generation, Program = ProgramMessages.Of(program) };

    private static async Task<ProgramResult> InProcess(ProgramWork program)
    {
        using var device = DeviceCatalogue.Open("cpu:0");
        return await ProgramRun.RunAsync(device, program, new NoCheckpoints(), null, default);
    }

    private static ProgramWork Example(long outer, long inner)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "ControlPlane.sln")))
            folder = folder.Parent;
        var reading = ManifestReader.Read(File.ReadAllText(Path.Combine(folder.FullName, "infra", "examples", "jobs", "program.yaml")), "program.yaml");
        var program = (ProgramWork)JobSpecs.From(Assert.Single(reading.Manifests), HardwareCatalogue.Default, [])!.Work;
        var loop = (LoopStep)program.Steps[0];
        return program with { Steps = [loop with { Times = outer, Steps = [(LoopStep)loop.Steps[0] with { Times = inner }, .. loop.Steps.Skip(1)] }] };
    }
}
