using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Programs;

using CsCheck;

namespace ControlPlane.Hardware.Tests;

/// <summary>Programs on devices: the same bits everywhere, and after every interruption.</summary>
[Collection("devices")]
public sealed class ProgramRunTests
{
    [Fact]
    public void The_published_example_is_sound() => Assert.Empty(ProgramCheck.Flaws(Programs.Example(10, 20)));

    [SkippableFact]
    public async Task A_model_learns()
    {
        var result = await RunAsync("cpu:0", Programs.Example(10, 20));
        Assert.InRange(result.State.FirstLoss!.Value, 3, Math.Log(64)); // After the first 20 turns.
        Assert.InRange(result.State.LastLoss!.Value, 0, 1.7);
        Assert.Equal(new ProgramPlan(Programs.Example(10, 20).Steps).Count, result.State.Done);
        Assert.Null(result.Remark);
    }

    [SkippableTheory]
    [InlineData("managed:0")]
    [InlineData("cpu-fibres:0")]
    [InlineData("cuda:0")]
    public async Task All_devices_come_to_the_same_bits(string device)
    {
        TestDevices.RequireDouble(device);
        var program = Programs.Example(2, 2);
        var expected = await RunAsync("cpu:0", program);
        var result = await RunAsync(device, program);
        Assert.Equal(expected.Checksum, result.Checksum);
        Assert.Equal(expected.State.LastLoss, result.State.LastLoss);
    }

    [SkippableFact]
    public async Task Another_seed_comes_to_other_bits()
    {
        var program = Programs.Example(1, 1);
        Assert.NotEqual((await RunAsync("cpu:0", program)).Checksum, (await RunAsync("cpu:0", program with { Seed = 8 })).Checksum);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Interrupted_work_goes_on_from_its_checkpoint_to_the_same_bits(int crashAfter)
    {
        var program = Programs.Example(5, 3);
        var expected = await RunAsync("cpu:0", program);
        var kept = new KeptCheckpoints(crashAfter);
        await Assert.ThrowsAsync<OperationCanceledException>(() => RunAsync("cpu:0", program, kept));

        var result = await RunAsync("cpu:0", program, kept.Survivor());

        Assert.Equal(crashAfter * new ProgramPlan(program.Steps).Count / 5, result.Started);
        Assert.Equal((expected.Checksum, expected.State.FirstLoss, expected.State.LastLoss), (result.Checksum, result.State.FirstLoss, result.State.LastLoss));
    }

    [Fact]
    public void Whatever_passes_the_check_goes_on_from_any_checkpoint_to_the_same_bits()
    {
        var interrupted = 0;
        RandomPrograms.Any.Sample(
            (program, crashAfter) =>
            {
                if (ProgramCheck.Flaws(program).Count > 0)
                    return;
                var expected = RunAsync("managed:0", program).GetAwaiter().GetResult();
                var kept = new KeptCheckpoints(crashAfter);
                if (Record.Exception(() => RunAsync("managed:0", program, kept).GetAwaiter().GetResult()) is not OperationCanceledException)
                    return;
                var result = RunAsync("managed:0", program, kept.Survivor()).GetAwaiter().GetResult();
                Assert.Equal((expected.Checksum, expected.State.LastLoss), (result.Checksum, result.State.LastLoss));
                Interlocked.Increment(ref interrupted);
            },
            iter: 5000);
        Assert.True(interrupted > 100, $"only {interrupted} programs were interrupted");
    }

    [SkippableFact]
    public async Task A_checkpoint_that_cannot_be_read_makes_work_begin_anew()
    {
        var program = Programs.Example(2, 2);
        var kept = new KeptCheckpoints();
        var expected = await RunAsync("cpu:0", program, kept);

        var result = await RunAsync("cpu:0", program, kept.Broken());

        Assert.Equal((0, expected.Checksum), (result.Started, result.Checksum));
        Assert.Contains("half of it is gone", result.Remark, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Copies_walk_through_a_set_and_begin_anew_at_its_end()
    {
        // Of 7 elements 2 at a time, 2 further each turn: 0, 2, 4, and again 0; the last is never read.
        var program = Programs.Of(
            "[{name: set, type: int32, count: 7, fill: random, limit: 1000}, {name: out, type: int32, count: 2}]",
            "[{loop: {times: 4, steps: [{copy: {from: set, to: out, count: 2, advance: 2}}]}}]", "[out]");
        var once = program with { Steps = [new CopyStep("set", "out", 2, 0, 0, 0)] };
        Assert.Equal((await RunAsync("cpu:0", once)).Checksum, (await RunAsync("cpu:0", program)).Checksum);
        var third = program with { Steps = [program.Steps[0] is LoopStep loop ? loop with { Times = 3 } : throw new InvalidOperationException()] };
        var fourth = program with { Steps = [new CopyStep("set", "out", 2, 4, 0, 0)] };
        Assert.Equal((await RunAsync("cpu:0", fourth)).Checksum, (await RunAsync("cpu:0", third)).Checksum);
    }

    [SkippableTheory]
    [InlineData("float32", "2.5", 2.5)]
    [InlineData("int32", "3", 3.0)]
    public async Task A_constant_fills_every_element_on_every_device(string type, string value, double mean)
    {
        var program = Programs.Of(
            $"[{{name: b, type: {type}, count: 20001, fill: random, limit: 5}}, {{name: f, count: 20001}}]",
            $"[{{fill: {{buffer: b, value: {value}}}}}, {(type == "float32" ? "{copy: {from: b, to: f, count: 20001}}, {loss: f}" : "{fill: {buffer: f, value: 3}}, {loss: f}")}]", "[b]");
        var results = new List<ProgramResult>();
        foreach (var device in TestDevices.All)
            results.Add(await RunAsync(device, program));
        Assert.All(results, result => Assert.Equal((results[0].Checksum, mean), (result.Checksum, result.State.LastLoss)));
    }

    [Fact]
    public void A_place_in_a_program_is_where_walking_leads()
    {
        Gen<ProgramStep> step = Gen.Recursive<ProgramStep>((depth, inner) => depth < 3
            ? Gen.OneOf(Leaf, Gen.Select(Gen.Long[1, 4], inner.Array[1, 3], (times, steps) => (ProgramStep)new LoopStep(times, steps.ToValueList())))
            : Leaf);
        step.Array[1, 3].Sample(steps =>
        {
            var walked = new List<(ProgramStep, long)>();
            Walk(steps, 1, walked);
            var plan = new ProgramPlan(steps);
            Assert.Equal(walked, Enumerable.Range(0, (int)plan.Count).Select(index => plan.At(index)));
        });
    }

    [SkippableFact]
    public async Task A_job_that_asks_for_more_memory_than_its_part_is_refused_and_leaves_nothing_behind()
    {
        using var device = TestDevices.Open("cpu:0");
        var program = Programs.Of("[{name: a, count: 1024}, {name: b, count: 1024}]", "[{copy: {from: a, to: b, count: 1024}}]");
        var meter = new MeteredDevice(device, 8191);
        var fault = await Assert.ThrowsAsync<DeviceFaultException>(() => ProgramRun.RunAsync(meter, program, new NoCheckpoints(), null, default));
        Assert.Equal("out-of-memory", fault.ErrorCode);
        Assert.Contains("8191 bytes", fault.Message, StringComparison.Ordinal);
        Assert.Equal((0, 4096), (meter.HeldBytes, meter.PeakBytes));

        var enough = new MeteredDevice(device, 8192);
        await ProgramRun.RunAsync(enough, program, new NoCheckpoints(), null, default);
        Assert.Equal((0, 8192), (enough.HeldBytes, enough.PeakBytes));
    }

    [SkippableFact]
    public async Task Work_that_is_stopped_ends_between_steps()
    {
        using var device = TestDevices.Open("cpu:0");
        using var stop = new CancellationTokenSource();
        var program = Programs.Of("[{name: a, count: 64}]", "[{loop: {times: 100000000, steps: [{fill: {buffer: a}}]}}]");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ProgramRun.RunAsync(
            device, program, new NoCheckpoints(), progress => { if (progress.Done > 5000) stop.Cancel(); }, stop.Token));
    }

    private static readonly Gen<ProgramStep> Leaf = Gen.Int[0, 99].Select(number => (ProgramStep)new LossStep($"b{number}"));

    private static void Walk(IEnumerable<ProgramStep> steps, long turn, List<(ProgramStep, long)> walked)
    {
        foreach (var step in steps)
        {
            if (step is LoopStep loop)
            {
                for (var i = 0L; i < loop.Times; i++)
                    Walk(loop.Steps, ((turn - 1) * loop.Times) + i + 1, walked);
            }
            else
            {
                walked.Add((step, turn));
            }
        }
    }

    private static async Task<ProgramResult> RunAsync(string id, ProgramWork program, ICheckpoints? checkpoints = null)
    {
        using var device = TestDevices.Open(id);
        return await ProgramRun.RunAsync(device, program, checkpoints ?? new NoCheckpoints(), null, default);
    }
}
