using System.Diagnostics;

using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Interop;

namespace ControlPlane.Hardware.Tests;

[Collection("devices")]
public sealed class PtxTests
{
    [SkippableFact]
    public async Task The_committed_PTX_is_what_the_source_compiles_to()
    {
        if (!TestDevices.OnPath("clang++-19"))
        {
            const string reason = "clang++-19 is not installed, so the PTX cannot be generated anew";
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", reason);
            Skip.If(true, reason);
        }
        var native = Path.Combine(Root(), "src/Hardware/native");
        var fresh = Path.GetTempFileName();
        using var script = Process.Start(new ProcessStartInfo("bash", [Path.Combine(native, "build-ptx.sh"), fresh]))!;
        await script.WaitForExitAsync();
        Assert.Equal(0, script.ExitCode);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(native, "kernels.sm_80.ptx")), await File.ReadAllTextAsync(fresh));
        File.Delete(fresh);
    }

    // What each row replaces in the real PTX, by what, and what the double says of it.
    [SkippableTheory]
    [InlineData("fma.rn.f32 ", "fma.rz.f32 ", "opcode fma.rz.f32 is not one this double interprets")]
    [InlineData("cvta.to.global.u64 \t%rd1,", "cvta.to.global.u64 \t%r1,", "register %r1 has another type")]
    [InlineData("bar.sync \t0;", "bar.sync \t0", "expected ';'")]
    [InlineData("bra.uni \t$L__BB0_3;", "bra.uni \t$L__BB0_77;", "no label $L__BB0_77 in factory_copy")]
    [InlineData("[factory_sgemm_param_2]", "[factory_sgemm_param_9]", "no symbol factory_sgemm_param_9")]
    public void A_driver_that_refuses_the_PTX_says_where_and_why(string found, string put, string message)
    {
        TestDevices.RequireDouble("cuda:0");
        TestDevices.RequireNative();
        Assert.Contains(found, ComputeLibrary.Ptx, StringComparison.Ordinal);
        var broken = ComputeLibrary.Ptx.Replace(found, put, StringComparison.Ordinal);
        var thrown = Assert.Throws<DeviceFaultException>(() => NativeDevice.Open(NativeMethods.BackendCuda, 0, "cuda:0", broken));
        Assert.Equal("cuda-218", thrown.ErrorCode);
        Assert.Contains(message, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("line ", thrown.Message, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the source tree.");
        return folder.FullName;
    }
}
