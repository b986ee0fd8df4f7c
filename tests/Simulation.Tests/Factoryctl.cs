using System.Diagnostics;

namespace ControlPlane.Simulation.Tests;

/// <summary>factoryctl as a process: what needs no host.</summary>
internal static class Factoryctl
{
    /// <summary>Runs it to its end.</summary>
    public static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    /// <summary>Starts it.</summary>
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }

    // It was built beside these tests, in the same configuration.
    private static string Program => Path.Combine(TestsFolder().Replace("/tests/Simulation.Tests/", "/src/Cli/", StringComparison.Ordinal), "factoryctl.dll");

    private static string TestsFolder() => AppContext.BaseDirectory.Replace(Path.DirectorySeparatorChar, '/');
}
