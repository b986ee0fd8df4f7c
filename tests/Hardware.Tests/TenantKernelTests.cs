using System.Text;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Interop;
using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Ptx;

using CsCheck;

namespace ControlPlane.Hardware.Tests;

/// <summary>Tenants' own kernels: what is refused before anything runs, and what the rest comes to on the driver double.</summary>
[Collection("devices")]
public sealed class TenantKernelTests
{
    private static readonly string Example = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Programs.ExampleFile)!, "tenant-kernel.yaml"));

    [Fact]
    public void The_published_example_is_sound() => Assert.Empty(ProgramCheck.Flaws(Programs.Read(Example)));

    [Theory]
    [InlineData("- name: damped", "- name: triad", "kernels[0].name", "a kernel of the catalogue")]
    [InlineData("- name: damped", "- name: Damped/2", "kernels[0].name", "is not a name")]
    [InlineData("- name: damped", "- name: damped\n        entry: other", "kernels[0].entry", "no entry \"other\"; it has damped")]
    [InlineData("          - {name: n, scalar: int32}\n", "", "kernels[0].parameters", "3 are given, but the entry \"damped\" has 4")]
    [InlineData("{name: n, scalar: int32}", "{name: n, scalar: int64}", "kernels[0].parameters[3]", "is int64, but \"n\" of the PTX is .u32")]
    [InlineData("{name: n, scalar: int32}", "{name: n, buffer: int32}", "kernels[0].parameters[3]", "is the address of a buffer, but")]
    [InlineData("{name: rate, scalar: float32}", "{name: now, scalar: float32}", "kernels[0].parameters[2].name", "given twice")]
    [InlineData(", grid: [16], block: 256", "", "steps[0].loop.steps[0]", "say how many threads")]
    [InlineData("block: 256", "block: 512", "steps[0].loop.steps[0].block", ".maxntid allows 256")]
    [InlineData("grid: [16]", "grid: [2147483647, 65535]", "steps[0].loop.steps[0].grid", "come to 36028")]
    [InlineData("grid: [16]", "grid: [16, 70000]", "steps[0].loop.steps[0].grid[1]", "70000 blocks high")]
    [InlineData("rate: 0.5, ", "", "steps[0].loop.steps[0].scalars", "also needs the number \"rate\"")]
    [InlineData("rate: 0.5", "rate: 1e300", "steps[0].loop.steps[0].scalars.rate", "which no Float32")]
    [InlineData("n: 4000}, grid: [16], block: 256}\n            - {kernel: damped, buffers: {next: now", "n: -3000000000}, grid: [16], block: 256}\n            - {kernel: damped, buffers: {next: now", "steps[0].loop.steps[0].scalars.n", "which no Int32")]
    [InlineData("rate: 0.5", "rate: 0.5, speed: 1", "steps[0].loop.steps[0].scalars.speed", "takes no number \"speed\"; it takes rate, n")]
    [InlineData("{next: next, now: now}", "{next: next}", "steps[0].loop.steps[0].buffers", "a buffer for \"now\"")]
    [InlineData("{next: next, now: now}", "{next: next, now: now, then: now}", "steps[0].loop.steps[0].buffers.then", "no buffer \"then\"")]
    [InlineData("{next: next, now: now}", "{next: next, now: gone}", "steps[0].loop.steps[0].buffers.now", "no buffer \"gone\"")]
    [InlineData("{name: now, count: 4000, fill: random}", "{name: now, type: int32, count: 4000}", "steps[0].loop.steps[0].buffers.now", "holds Int32, but damped takes Float32")]
    [InlineData("grid: [16], block: 256}\n            - checkpoint", "sizes: {n: 4}, grid: [16], block: 256}\n            - checkpoint", "steps[0].loop.steps[1].sizes", "takes no sizes")]
    [InlineData("checkpoint: [now, next]", "checkpoint: [now]", "steps[0].loop.steps[2].checkpoint", "\"next\" is written before it and read after it")]
    [InlineData("ret;", "call printf; ret;", "kernels[0].ptx", "PTX line 37: 'printf' is called")]
    public void Refuses_kernels_and_the_steps_that_run_them(string found, string put, string field, string words)
    {
        Assert.Contains(found, Example, StringComparison.Ordinal);
        var at = Example.IndexOf(found, StringComparison.Ordinal);
        var flaws = ProgramCheck.Flaws(Programs.Read(string.Concat(Example.AsSpan(0, at), put, Example.AsSpan(at + found.Length))));
        Assert.Contains(flaws, flaw => flaw.Field == field && flaw.Message.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_what_no_manifest_lets_through()
    {
        var program = Programs.Read(Example);
        var step = (KernelStep)((LoopStep)program.Steps[0]).Steps[0];
        foreach (var shape in new LaunchShape[] { new(0, 1, 1), new(-1, 1, 1), new(1, -1, 1), new(1, 1, 0), new(1, 1, -256), new(long.MaxValue, long.MaxValue, long.MaxValue), new(long.MinValue, 1, 1) })
            Assert.NotEmpty(ProgramCheck.Flaws(program with { Steps = [step with { Shape = shape }] }));
        Assert.Contains(ProgramCheck.Flaws(program with { Kernels = [.. Enumerable.Repeat(program.Kernels[0], 17)] }), flaw => flaw.Field == "kernels");
        var large = Enumerable.Range(0, 3).Select(i => program.Kernels[0] with { Name = $"k{i}", Ptx = new string((char)('a' + i), 50_000) });
        Assert.Contains(ProgramCheck.Flaws(program with { Kernels = [.. large] }), flaw => flaw.Field == "kernels" && flaw.Message.Contains("150000 characters in all", StringComparison.Ordinal));
        Assert.Contains(ProgramCheck.Flaws(program with { Kernels = [program.Kernels[0] with { Parameters = [new("x", null, BufferAccess.Read, null)] }] }), flaw => flaw.Field == "kernels[0].parameters[0]");
    }

    // Mutations of PTX that is right: the check never throws, and what it takes the double's parser loads or refuses in words.
    [SkippableFact]
    public void Whatever_is_done_to_PTX_is_refused_in_words_or_loads()
    {
        TestDevices.RequireDouble("cuda:0");
        using var device = TestDevices.OpenDouble("cuda:0");
        var text = Programs.Read(Example).Kernels[0].Ptx;
        var pieces = new[] { "{", "}", "(", ")", ";", "[", "]", "0", "4294967296", "%r99999", "$done:", ".reg .b32 %r<7>;", ".shared .align 8 .b8 s[16];", "call f;", "bra $done;", "/*", "\"", "\n", "@!%p1", ".entry", "ld.param.u64 %rd1, [n];", "-", "+", ",", "trap;" };
        var loaded = 0;
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, text.Length - 1], Gen.Int[0, 60], Gen.Int[0, pieces.Length - 1], Gen.Char).List[1, 6].Sample(edits =>
        {
            var mutated = new StringBuilder(text);
            foreach (var (kind, place, length, piece, character) in edits)
            {
                var at = Math.Min(place, mutated.Length);
                if (kind is 0 or 3)
                    mutated.Remove(at, Math.Min(length, mutated.Length - at));
                if (kind is 1 or 3)
                    mutated.Insert(at, pieces[piece]);
                if (kind == 2)
                    mutated.Insert(at, character);
            }
            var (module, flaws) = PtxReader.Read(mutated.ToString());
            Assert.Equal(module is null, flaws.Count > 0);
            Assert.All(flaws, flaw => Assert.InRange(flaw.Line, 0, 200));
            if (module is null)
                return;
            try
            {
                device.LoadKernels($"m{Interlocked.Increment(ref loaded)}", mutated.ToString(), 0);
            }
            catch (DeviceFaultException e)
            {
                Assert.Equal("cuda-218", e.ErrorCode);
                Assert.Contains("line ", e.Message, StringComparison.Ordinal);
            }
        }, iter: 4000, threads: 1);
        Assert.True(loaded > 100, $"only {loaded} mutations came as far as the driver");
    }

    [SkippableFact]
    public async Task A_kernel_of_a_tenant_s_own_comes_to_what_the_catalogue_s_comes_to()
    {
        TestDevices.RequireNative();
        var own = Programs.Read(Example);
        var known = own with { Kernels = [], Steps = [.. own.Steps.Select(Catalogued)] };
        using var cuda = TestDevices.OpenDouble("cuda:0");
        using var cpu = TestDevices.Open("cpu:0");
        var metered = new MeteredDevice(cuda, long.MaxValue);
        var result = await ProgramRun.RunAsync(metered, own, new NoCheckpoints(), null, default);
        var expected = await ProgramRun.RunAsync(cpu, known, new NoCheckpoints(), null, default);
        Assert.Equal((expected.Checksum, expected.State.LastLoss), (result.Checksum, result.State.LastLoss));
        Assert.Equal(ProgramCheck.RequiredBytes(own), metered.PeakBytes);

        static ProgramStep Catalogued(ProgramStep step) => step switch
        {
            LoopStep loop => loop with { Steps = [.. loop.Steps.Select(Catalogued)] },
            KernelStep kernel => new KernelStep(
                "axpy", [new("y", kernel.Buffers.First(bound => bound.Parameter == "next").Buffer), new("x", kernel.Buffers.First(bound => bound.Parameter == "now").Buffer)],
                [new("n", 4000)], [new("factor", kernel.Scalars.First(scalar => scalar.Name == "rate").Value)], null),
            _ => step,
        };
    }

    [SkippableTheory]
    [InlineData("st.global.f32 [%rd4], %f4;", "st.global.f32 [%rd3], %f4;", "cuda-700", "ILLEGAL_ADDRESS")]
    [InlineData("$done:", "trap;\n$done:", "cuda-719", "LAUNCH_FAILED")]
    [InlineData("fma.rn.f32", "fma.up.f32", "cuda-218", "opcode fma.up.f32")]
    public async Task What_a_kernel_does_wrong_is_told(string found, string put, string code, string words)
    {
        var program = Broken(found, put);
        Assert.Empty(ProgramCheck.Flaws(program));
        using var device = TestDevices.OpenDouble("cuda:0");
        var fault = await Assert.ThrowsAsync<DeviceFaultException>(() => ProgramRun.RunAsync(device, program, new NoCheckpoints(), null, default));
        Assert.Equal(code, fault.ErrorCode);
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task PTX_for_another_processor_and_on_one_that_is_none_is_refused()
    {
        using var cuda = TestDevices.OpenDouble("cuda:0");
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => ProgramRun.RunAsync(cuda, Broken("sm_80", "sm_90a"), new NoCheckpoints(), null, default));
        Assert.Contains("is for sm_90a", wrong.Message, StringComparison.Ordinal);
        foreach (var id in new[] { "cpu:0", "managed:0" })
        {
            using var device = TestDevices.Open(id);
            var fault = await Assert.ThrowsAsync<DeviceFaultException>(() => ProgramRun.RunAsync(device, Programs.Read(Example), new NoCheckpoints(), null, default));
            Assert.Equal("not-supported", fault.ErrorCode);
            Assert.Contains("a CUDA device is needed", fault.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void A_program_s_message_holds_all_of_its_kernels()
    {
        var program = Programs.Read(Example);
        Assert.Equal(program with { Memory = null }, ProgramMessages.Read(ProgramMessages.Of(program)));
    }

    private static ProgramWork Broken(string found, string put)
    {
        var program = Programs.Read(Example);
        Assert.Contains(found, program.Kernels[0].Ptx, StringComparison.Ordinal);
        return program with { Kernels = [program.Kernels[0] with { Ptx = program.Kernels[0].Ptx.Replace(found, put, StringComparison.Ordinal) }] };
    }

}
