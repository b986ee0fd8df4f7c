using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Hardware.Kernels;
using ControlPlane.Hardware.Programs;

using CsCheck;

namespace ControlPlane.Hardware.Tests;

/// <summary>What is refused before anything runs, and the words that say so.</summary>
public sealed class ProgramCheckTests
{
    private const string Buffers =
        "[{name: a, count: 64}, {name: b, count: 64}, {name: c, count: 64}, {name: t, type: int32, count: 8}, {name: h, type: bfloat16, count: 64}]";

    private const string Gemm = "{kernel: sgemm, buffers: {a: a, b: b, c: c}, sizes: {m: 8, n: 8, k: 8}}";

    [Theory]
    [InlineData("[{kernel: sgem, buffers: {}}]", "steps[0].kernel", "no kernel \"sgem\"")]
    [InlineData("[{kernel: burn, sizes: {n: 8}}]", "steps[0].kernel", "no kernel \"burn\"")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b, c: c}, sizes: {m: 8, n: 8}}]", "steps[0].sizes", "needs the size \"k\"")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b, c: c}, sizes: {m: -8, n: 8, k: 8}}]", "steps[0].sizes.m", "from 1 to 16384")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b, c: c}, sizes: {m: 8, n: 8, k: 1000000000}}]", "steps[0].sizes.k", "from 1 to 16384")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b, c: c}, sizes: {m: 8, n: 8, k: 8, depth: 2}}]", "steps[0].sizes.depth", "no size \"depth\"")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b, c: c}, sizes: {m: 8, n: 8, k: 9}}]", "steps[0].buffers.a", "has 64 elements, but sgemm of these sizes takes 72")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b}, sizes: {m: 8, n: 8, k: 8}}]", "steps[0].buffers", "a buffer for \"c\"")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b, c: c, d: c}, sizes: {m: 8, n: 8, k: 8}}]", "steps[0].buffers.d", "no buffer \"d\"")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b, c: missing}, sizes: {m: 8, n: 8, k: 8}}]", "steps[0].buffers.c", "no buffer \"missing\"")]
    [InlineData("[{kernel: sgemm, buffers: {a: a, b: b, c: a}, sizes: {m: 8, n: 8, k: 8}}]", "steps[0].buffers.c", "one of its own")]
    [InlineData("[{kernel: sgemm, buffers: {a: h, b: b, c: c}, sizes: {m: 8, n: 8, k: 8}}]", "steps[0].buffers.a", "holds Bfloat16")]
    [InlineData("[{kernel: axpy, buffers: {y: a, x: b}, sizes: {n: 64}, scalars: {rate: 1}}]", "steps[0].scalars.rate", "no number \"rate\"; it takes factor")]
    [InlineData("[{kernel: copy, buffers: {a: a, b: b}, sizes: {n: 64}, scalars: {factor: 1}}]", "steps[0].scalars.factor", "takes no numbers")]
    [InlineData("[{kernel: axpy, buffers: {y: a, x: b}, sizes: {n: 64}, scalars: {factor: 1e300}}]", "steps[0].scalars.factor", "must be from")]
    [InlineData("[{kernel: copy, buffers: {a: a, b: b}, sizes: {n: 64}, turn: step}]", "steps[0].turn", "no loop around")]
    [InlineData("[{loop: {times: 2, steps: [{kernel: copy, buffers: {a: a, b: b}, turn: n}]}}]", "steps[0].loop.steps[0].turn", "stays the same")]
    [InlineData("[{loop: {times: 2, steps: []}}]", "steps[0].loop.steps", "is empty")]
    [InlineData("[{loop: {times: 100000, steps: [{loop: {times: 100000, steps: [{loss: a}]}}]}}]", "steps", "10000000000 steps")]
    [InlineData("[{loop: {times: 1000000000, steps: [{loop: {times: 1000000000, steps: [{loop: {times: 1000000000, steps: [{loss: a}]}}]}}]}}]", "steps", "more than 2^63")]
    [InlineData("[{loop: {times: 1, steps: [{loop: {times: 1, steps: [{loop: {times: 1, steps: [{loop: {times: 1, steps: [{loop: {times: 1, steps: [{loss: a}]}}]}}]}}]}}]}}]", "steps[0].loop.steps[0].loop.steps[0].loop.steps[0].loop.steps[0].loop", "deeper than 4")]
    [InlineData("[{fill: {buffer: a, value: 1e60}}]", "steps[0].fill.value", "no float")]
    [InlineData("[{fill: {buffer: t, value: 0.5}}]", "steps[0].fill.value", "whole numbers")]
    [InlineData("[{fill: {buffer: t, with: random}}]", "steps[0].fill.limit", "limit is 0")]
    [InlineData("[{fill: {buffer: a, with: random, scale: -1}}]", "steps[0].fill.scale", "above 0")]
    [InlineData("[{copy: {from: a, to: b, count: 64, fromOffset: 1}}]", "steps[0].copy.fromOffset", "end outside \"a\"")]
    [InlineData("[{copy: {from: a, to: t, count: 8}}]", "steps[0].copy.to", "holds Int32")]
    [InlineData("[{copy: {from: a, to: a, count: 8}}]", "steps[0].copy.to", "another one")]
    [InlineData("[{copy: {from: h, to: h2, count: 8}}]", "steps[0].copy.to", "no buffer \"h2\"")]
    [InlineData("[{loss: t}]", "steps[0].loss", "no floats")]
    [InlineData("[{checkpoint: [a, a]}]", "steps[0].checkpoint", "each once")]
    [InlineData("[{checkpoint: [z]}]", "steps[0].checkpoint[0]", "no buffer \"z\"")]
    public void Refuses(string steps, string field, string words)
    {
        var flaws = ProgramCheck.Flaws(Programs.Of(Buffers, steps));
        Assert.Contains(flaws, flaw => flaw.Field == field && flaw.Message.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[{name: a, count: 1}, {name: a, count: 1}]", "buffers[1].name", "given twice")]
    [InlineData("[{name: A B, count: 1}]", "buffers[0].name", "not a name")]
    [InlineData("[{name: a, type: int32, count: 1, fill: random, limit: 20000000}]", "buffers[0].limit", "limit is 20000000")]
    public void Refuses_buffers(string buffers, string field, string words) =>
        Assert.Contains(ProgramCheck.Flaws(Programs.Of(buffers, "[{loss: a}]")), flaw => flaw.Field == field && flaw.Message.Contains(words, StringComparison.Ordinal));

    [Fact]
    public void Refuses_counts_and_amounts_that_no_manifest_lets_through()
    {
        var fill = new BufferFill(false, 0, 1, 0);
        ProgramWork Of(params ProgramBuffer[] buffers) => new(buffers.ToValueList(), [new LossStep("b")], ["nowhere"], 1, TimeSpan.Zero, null);
        Assert.Contains(ProgramCheck.Flaws(Of(new ProgramBuffer("b", ElementType.Float32, -1, fill))), flaw => flaw.Field == "buffers[0].count");
        Assert.Contains(ProgramCheck.Flaws(Of(new ProgramBuffer("b", ElementType.Float32, long.MaxValue, fill))), flaw => flaw.Field == "buffers[0].count");
        Assert.Contains(ProgramCheck.Flaws(Of()), flaw => flaw.Field == "buffers");
        Assert.Contains(ProgramCheck.Flaws(Of([.. Enumerable.Range(0, 129).Select(i => new ProgramBuffer($"b{i}", ElementType.Float32, 1, fill))])), flaw => flaw.Field == "buffers");
        Assert.Contains(ProgramCheck.Flaws(Of(new ProgramBuffer("b", ElementType.Float32, 1, fill))), flaw => flaw.Field == "outputs[0]");
    }

    [Theory]
    [InlineData("[{fill: {buffer: a, value: 1}}, {checkpoint: [b]}, {loss: a}]", "a")]
    [InlineData("[{fill: {buffer: a, value: 1}}, {checkpoint: [b]}, {fill: {buffer: a}}, {loss: a}]", "")]
    [InlineData("[{loop: {times: 2, steps: [{checkpoint: [b]}, {kernel: axpy, buffers: {y: a, x: b}, sizes: {n: 64}}]}}]", "a")]
    [InlineData("[{loop: {times: 1, steps: [{checkpoint: [b]}, {kernel: axpy, buffers: {y: a, x: b}, sizes: {n: 64}}]}}]", "")]
    [InlineData("[{loop: {times: 9, steps: [{kernel: scale, buffers: {a: c, b: a}, sizes: {n: 64}}, {checkpoint: [b]}, {loss: b}]}}]", "")]
    [InlineData("[{kernel: scale, buffers: {a: c, b: a}, sizes: {n: 32}}, {checkpoint: [b]}, {kernel: scale, buffers: {a: c, b: a}, sizes: {n: 32}}, {loss: c}]", "c")]
    public void A_checkpoint_must_save_what_is_needed_after_it(string steps, string missing)
    {
        var flaws = ProgramCheck.Flaws(Programs.Of(Buffers, steps));
        if (missing.Length == 0)
            Assert.Empty(flaws);
        else
            Assert.Contains($"\"{missing}\" is written before it", Assert.Single(flaws).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_are_needed_after_every_checkpoint() => Assert.Single(
        ProgramCheck.Flaws(Programs.Of(Buffers, "[{fill: {buffer: a, value: 1}}, {checkpoint: [b]}]", "[a]")));

    [Fact]
    public void Buffers_beyond_the_memory_allowed_are_refused()
    {
        var program = Programs.Of("[{name: a, count: 268435456}]", "[{loss: a}]") with { Memory = Domain.Units.Gibibytes.FromMebibytes(1023) };
        Assert.Contains("1073741824 bytes", Assert.Single(ProgramCheck.Flaws(program)).Message, StringComparison.Ordinal);
        Assert.Empty(ProgramCheck.Flaws(program with { Memory = Domain.Units.Gibibytes.FromMebibytes(1024) }));
    }

    [Fact]
    public void Every_kernel_is_in_programs_with_a_name_for_each_buffer()
    {
        foreach (var kernel in KernelCatalogue.Kernels.Where(kernel => kernel.Name is not ("burn" or "memory-pattern")))
        {
            var program = KernelCatalogue.ProgramOf(kernel.Name)!;
            var sizes = KernelCatalogue.SizesOf(program, new Dictionary<string, long>());
            var names = ProgramKernels.ParametersOf(kernel.Name);
            Assert.NotNull(names);
            Assert.Equal(program.Buffers(sizes).Count, names.Count);
            Assert.Equal(names.Count, names.Distinct().Count());
        }
        Assert.All(ProgramKernels.Names, name => Assert.NotNull(KernelCatalogue.Find(name)));
    }

    [Fact]
    public void No_numbers_and_names_confuse_the_check_and_what_passes_runs()
    {
        var passed = 0;
        RandomPrograms.OfAnyKernel.Sample(
            program =>
            {
                var flaws = ProgramCheck.Flaws(ProgramMessages.Read(ProgramMessages.Of(program)));
                Assert.Equal(ProgramCheck.Flaws(program), flaws);
                if (flaws.Count > 0)
                {
                    Assert.All(flaws, flaw => Assert.True(flaw.Field.Length > 0 && flaw.Message.Length > 20));
                    return;
                }
                using var device = Devices.DeviceCatalogue.Open("managed:0");
                ProgramRun.RunAsync(device, program, new NoCheckpoints(), null, default).GetAwaiter().GetResult();
                Interlocked.Increment(ref passed);
            },
            iter: 5000);
        Assert.True(passed > 100, $"only {passed} programs passed");
    }

    [Theory]
    [InlineData("[{}]", "does nothing")]
    [InlineData("[{loss: a, fill: {buffer: a}}]", "several steps")]
    [InlineData("[{loss: a, sizes: {n: 1}}]", "only a kernel takes")]
    [InlineData("[{loop: {times: -1, steps: [{loss: a}]}}]", "out of range")]
    [InlineData("[{kernel: copy, sizes: {n: lots}}]", "a whole number")]
    [InlineData("&s [{loop: {times: 2, steps: *s}}]", "anchor")]
    public void A_manifest_that_is_no_program_names_line_and_field(string steps, string words)
    {
        var text = $"apiVersion: factory/v1\nkind: Job\nmetadata: {{name: job}}\nspec:\n  queue: q\n  tasks: [{{gpus: 1}}]\n  program:\n    buffers: {Buffers}\n    steps: {steps}\n";
        var reading = ManifestReader.Read(text, "bad.yaml");
        var errors = reading.Errors.ToList();
        foreach (var manifest in reading.Manifests)
            JobSpecs.From(manifest, HardwareCatalogue.Default, errors);
        Assert.Contains(errors, error => error.Line >= 8 && error.ToString().Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void A_program_written_as_a_manifest_is_read_back_equal()
    {
        var program = Programs.Example(3, 4) with { Timeout = TimeSpan.FromMinutes(9) };
        var spec = new JobSpec(
            new QueueId("q"), 100, [new TaskGroup("worker", 1, 1, 0, [], 0, Domain.Units.Gibibytes.Zero, Domain.Units.GigabitsPerSecond.Zero)],
            new TopologyRequest(null, null), program, null, null);
        Assert.Equal(program, Programs.Read(ManifestWriter.ToYaml(JobSpecs.ToManifest("job", spec))));
        Assert.Empty(ProgramCheck.Flaws(Programs.Of(Buffers, $"[{Gemm}]")));
    }
}
