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
    private const string Header = ".version 7.0\n.target sm_80\n.address_size 64\n";
    private static readonly string Example = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Programs.ExampleFile)!, "tenant-kernel.yaml"));

    [Fact]
    public void The_published_example_is_sound() => Assert.Empty(ProgramCheck.Flaws(Programs.Read(Example)));

    [Theory]
    [InlineData("", 1, "begins with .version")]
    [InlineData(".version 5.0\n.target sm_80\n.address_size 64\n", 1, "version 5.0 of PTX is not taken")]
    [InlineData(".version 99999999999.0\n", 1, "is not taken; 6.0 to 9.x")]
    [InlineData(".version 7.0\n.target sm_999\n.address_size 64\n", 2, "'sm_999' is not known")]
    [InlineData(".version 7.0\n.target compute_80\n.address_size 64\n", 2, "'compute_80' is not known")]
    [InlineData(".version 7.0\n.target sm_80, debug\n.address_size 64\n", 2, "'debug' beside sm_80")]
    [InlineData(".version 7.0\n.target sm_80\n", 2, ".address_size 64 must follow")]
    [InlineData(".version 7.0\n.target sm_80\n.address_size 32\n", 3, "addresses have 64 bits")]
    [InlineData(Header, 0, "no .entry")]
    [InlineData(Header + "\u00e9", 4, "U+00E9 does not stand in PTX")]
    [InlineData(Header + "\0", 4, "U+0000")]
    [InlineData(Header + "#include \"x\"", 4, "U+0023")]
    [InlineData(Header + "/* no end", 4, "a comment begins here")]
    [InlineData(Header + ".pragma \"no end", 4, "a quoted text begins here")]
    [InlineData(Header + ".extern .func (.reg .b32 r) vprintf (.reg .b64 a, .reg .b64 b);", 4, ".extern names what another module holds")]
    [InlineData(Header + ".extern .shared .align 4 .b8 dynamic[];", 4, ".extern names")]
    [InlineData(Header + ".visible .entry k() { ret; }\n.visible .entry k() { ret; }", 5, "'k' is defined twice")]
    [InlineData(Header + ".func f();\n.entry k() { call f; ret; }", 4, "'f' is declared and not defined")]
    [InlineData(Header + ".entry k() {\ncall malloc;\nret; }", 5, "'malloc' is called, but the module defines no such function")]
    [InlineData(Header + ".entry k() {\n.reg .b64 %rd<2>;\ncall (r), %rd1, (a), proto;\nret; }", 6, "called by address")]
    [InlineData(Header + ".func f() { ret; }\n.entry k() {\ncall f, (a), targets;\nret; }", 6, "called by address")]
    [InlineData(Header + ".entry k() {\nproto: .callprototype ()_ ();\nret; }", 5, ".callprototype is for calls of functions by address")]
    [InlineData(Header + ".func f() { call f; ret; }\n.entry k() { call f; ret; }", 4, "f > f; a kernel's stack")]
    [InlineData(Header + ".func a();\n.func b() { call a; ret; }\n.func a() { call b; ret; }\n.entry k() { call a; ret; }", 6, "calls itself")]
    [InlineData(Header + ".entry k() {\n.shared .align 4 .b8 s[49153];\nret; }", 5, "49153 bytes of shared memory; at most 49152")]
    [InlineData(Header + ".shared .b32 s[9223372036854775807][9223372036854775807];\n.entry k() { ret; }", 4, "2^63 or more bytes of shared memory")]
    [InlineData(Header + ".entry k() {\n.local .b8 l[5000];\nret; }", 5, "5000 bytes of local memory")]
    [InlineData(Header + ".global .v4 .f32 g[1048577];\n.entry k() { ret; }", 4, "16777232 bytes of global memory")]
    [InlineData(Header + ".const .b64 c[8193];\n.entry k() { ret; }", 4, "65544 bytes of constant memory")]
    [InlineData(Header + ".global .b8 g[99999999999999999999999];\n.entry k() { ret; }", 4, "a whole number is expected")]
    [InlineData(Header + ".global .b8 g[-1];\n.entry k() { ret; }", 4, "a whole number is expected")]
    [InlineData(Header + ".global .b8 g[];\n.entry k() { ret; }", 4, "has no length")]
    [InlineData(Header + ".global .align 3 .b8 g[8];\n.entry k() { ret; }", 4, "the alignment is 3")]
    [InlineData(Header + ".global .align 0 .b8 g[8];\n.entry k() { ret; }", 4, "the alignment is 0")]
    [InlineData(Header + ".global .texref t;\n.entry k() { ret; }", 4, "'.texref' is no type")]
    [InlineData(Header + ".entry k() {\n.reg .b32 %r<4000000000>;\nret; }", 4, "declares 4000000000 registers")]
    [InlineData(Header + ".entry k() {\n.reg .b32 %r<9223372036854775807>;\n.reg .b32 %q<9223372036854775807>;\nret; }", 4, "9223372036854775807 registers")]
    [InlineData(Header + ".entry k(.param .align 8 .b8 p[5000]) { ret; }", 4, "take 5000 bytes; at most 4352")]
    [InlineData(Header + ".entry k() {\nalloca.u64 %rd1, 1000000;\nret; }", 5, "alloca is not taken")]
    [InlineData(Header + ".entry k() {\ntex.1d.v4.f32.s32 {a}, [t, {b}];\nret; }", 5, "bind no textures")]
    [InlineData(Header + ".entry k() {\n.loc 1 2 3;\nret; }", 5, ".loc is for debuggers")]
    [InlineData(Header + ".entry k() {\n.pragma \"unroll 100000\";\nret; }", 5, "is not taken; only \"nounroll\"")]
    [InlineData(Header + ".entry k() {\n%r1 = 5;\nret; }", 5, "an instruction is expected here")]
    [InlineData(Header + ".entry k() {\nret;", 5, "ends in the middle")]
    [InlineData(Header + ".entry k() .sideways { ret; }", 4, "'.sideways' is not taken before a body")]
    [InlineData(Header + "mov.u32 %r1, 1;", 4, "does not stand outside functions")]
    public void Refuses_PTX(string ptx, int line, string words)
    {
        var (module, flaws) = PtxReader.Read(ptx);
        Assert.Null(module);
        Assert.Contains(flaws, flaw => flaw.Line == line && flaw.Message.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void Refuses_PTX_bombs()
    {
        Refused(Header + new string(' ', PtxLimits.Characters), "characters; at most");
        Refused(Header + ".entry k() {" + Repeat("{", 17) + Repeat("}", 17) + "}", "nested deeper than 16");
        Refused(Header + ".global .b8 g[] = " + Repeat("{", 17) + "1" + Repeat("}", 17) + ";.entry k() { ret; }", "nested deeper than 16");
        Refused(Header + ".global .b8 g[] = {" + Repeat("1,", 20_000) + "1};.entry k() { ret; }", "initial values; at most");
        Refused(Header + ".entry k() {" + Repeat("exit;", 17_000) + "}", "17000 instructions; at most 16384");
        Refused(Header + ".entry k() {" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"L{i}:")) + "ret;}", "5000 labels; at most");
        Refused(Header + string.Concat(Enumerable.Range(0, 65).Select(i => $".entry k{i}() {{ ret; }}")), "more than 64 entries");
        Refused(Header + $".entry k({string.Join(',', Enumerable.Range(0, 65).Select(i => $".param .u64 p{i}"))}) {{ ret; }}", "65 parameters; at most 64");
        Refused(Header + ".entry " + new string('k', 500) + "() { ret; }", "a word of 500 characters");
        // Sixty functions, each of which calls the one before it twice, come to more than any compiler will finish.
        var tower = Header + ".func f0() { ret; }" + string.Concat(Enumerable.Range(1, 60).Select(i => $".func f{i}() {{ call f{i - 1}; call f{i - 1}; ret; }}"));
        Refused(tower + "\n.entry k() { call f60; ret; }", "once every call is replaced");
        Assert.Empty(PtxReader.Read(tower + ".entry k() { ret; }").Flaws); // Nothing that is launched calls them.

        static void Refused(string ptx, string words) => Assert.Contains(PtxReader.Read(ptx).Flaws, flaw => flaw.Message.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void Takes_what_compilers_make()
    {
        const string ptx = """
            // from a compiler
            .version 8.0
            .target sm_90
            .address_size 64
            .global .align 4 .f32 table[2][2] = { {0f3F800000, 0f00000000}, {0f00000000, 0f3F800000} };
            .const .align 1 .b8 text[] = {72, 105, 0};
            .func  (.param .b32 func_retval0) square( .param .b32 square_param_0 );
            .visible .entry k( .param .u64 .ptr .global .align 16 out, .param .align 8 .f32 x ) .maxntid 128, 1, 1 .minnctapersm 2
            {
              .reg .pred %p<2>; .reg .f32 %f<4>; .reg .b64 %rd<3>; .shared .align 16 .b8 tile[1024];
              ld.param.f32 %f1, [x];
              { // callseq 0
                .param .b32 param0; st.param.f32 [param0+0], %f1;
                .param .b32 retval0;
                call.uni (retval0), square, (param0);
                ld.param.f32 %f2, [retval0+0];
              }
              ld.global.L2::128B.f32 %f3, [%rd1];
              @!%p1 bra $L__BB0_2;
              brx.idx %r1, targets;
              targets: .branchtargets $L__BB0_2, $L__BB0_3;
            $L__BB0_2:
              .pragma "nounroll";
            $L__BB0_3:
              ret;
            }
            .func  (.param .b32 func_retval0) square( .param .b32 square_param_0 ) { .local .align 4 .b8 depot[16]; ret; }
            """;
        var (module, flaws) = PtxReader.Read(ptx);
        Assert.Empty(flaws);
        Assert.Equal(19, module!.OwnBytes);
        var entry = Assert.Single(module.Entries);
        Assert.Equal((128, null, 3, 2), ((long?)entry.MostThreads, entry.RequiredThreads, entry.Labels, entry.Parameters.Count));
    }

    [Theory]
    [InlineData("sm_80", 80, true)]
    [InlineData("sm_80", 90, true)]
    [InlineData("sm_90", 80, false)]
    [InlineData("sm_90a", 90, true)]
    [InlineData("sm_90a", 100, false)]
    [InlineData("sm_100f", 103, true)]
    [InlineData("sm_100f", 120, false)]
    public void A_target_runs_on_its_own_and_later_processors(string target, int capability, bool runs) =>
        Assert.Equal(runs, PtxTarget.Parse(target)!.Value.RunsOn(capability));

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

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
