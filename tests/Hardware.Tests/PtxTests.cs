using System.Diagnostics;

namespace ControlPlane.Hardware.Tests;

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

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the source tree.");
        return folder.FullName;
    }
}
