using ControlPlane.Hardware.Interop;
using ControlPlane.Hardware.Ptx;

namespace ControlPlane.Hardware.Tests;

/// <summary>Tenants' PTX as it is read before a driver sees it.</summary>
[Collection("devices")]
public sealed class PtxReaderTests
{
    private const string Header = ".version 7.0\n.target sm_80\n.address_size 64\n";

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

    [SkippableFact]
    public void Takes_every_kernel_of_the_catalogue_as_clang_wrote_it()
    {
        var parts = ComputeLibrary.Ptx.Split(".visible .entry ");
        Assert.True(parts.Length > 40);
        using var device = TestDevices.OpenDouble("cuda:0");
        for (var i = 1; i < parts.Length; i++)
        {
            var text = parts[0] + ".visible .entry " + parts[i];
            var (module, flaws) = PtxReader.Read(text);
            Assert.True(flaws.Count == 0, string.Join(" ", flaws));
            Assert.NotEmpty(Assert.Single(module!.Entries).Parameters);
            device.LoadKernels($"part-{i}", text, module.OwnBytes);
        }
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

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
