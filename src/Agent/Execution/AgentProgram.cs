using System.Diagnostics;

namespace ControlPlane.Agent.Execution;

/// <summary>How to start this same program again in another role.</summary>
internal static class AgentProgram
{
    public static ProcessStartInfo Start(bool redirectOutput, params string[] arguments)
    {
        var assembly = typeof(AgentProgram).Assembly.Location;
        var self = Environment.ProcessPath ?? "dotnet";
        var isOwnExecutable = Path.GetFileNameWithoutExtension(self) == Path.GetFileNameWithoutExtension(assembly);
        var start = new ProcessStartInfo(isOwnExecutable ? self : DotnetHost(self))
        {
            UseShellExecute = false,
            RedirectStandardOutput = redirectOutput,
        };
        if (!isOwnExecutable)
            start.ArgumentList.Add(assembly);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private static string DotnetHost(string self) =>
        Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
