using System.Diagnostics;

using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

using Google.Protobuf;

namespace ControlPlane.Agent.Execution;

/// <summary>
/// Asks a child process what devices there are, so that the agent itself never loads the CUDA driver.
/// </summary>
internal static class DeviceDiscovery
{
    /// <summary>The child's side: one line of JSON a device, remarks on the error stream.</summary>
    public static int Print(DeviceChoice choice, TextWriter output, TextWriter remarks)
    {
        var found = DeviceCatalogue.Discover(choice);
        foreach (var remark in found.Remarks)
            remarks.WriteLine(remark);
        for (var i = 0; i < found.Devices.Count; i++)
            output.WriteLine($"{found.Devices[i].Id} {JsonFormatter.Default.Format(MessageOf(found.Devices[i], (uint)i))}");
        return 0;
    }

    /// <summary>The agent's side: the ids that executors take, with what to tell the host, and why a kind of device is missing.</summary>
    public static async Task<(IReadOnlyList<(string Id, Device Device)> Devices, IReadOnlyList<string> Remarks)> AskAsync(DeviceChoice choice, CancellationToken cancellation)
    {
        var start = AgentProgram.Start(redirectOutput: true, "discover", "--devices", choice.ToString());
        start.RedirectStandardError = true;
        using var child = Process.Start(start)
            ?? throw new InvalidOperationException("The discovery process did not start.");
        try
        {
            var remarks = child.StandardError.ReadToEndAsync(cancellation);
            var output = await child.StandardOutput.ReadToEndAsync(cancellation).ConfigureAwait(false);
            await child.WaitForExitAsync(cancellation).ConfigureAwait(false);
            if (child.ExitCode != 0)
                throw new InvalidOperationException($"The discovery of devices ended with status {child.ExitCode}: {(await remarks.ConfigureAwait(false)).Trim()}");
            return ([.. Lines(output).Select(Read)], [.. Lines(await remarks.ConfigureAwait(false))]);
        }
        finally
        {
            if (!child.HasExited)
                child.Kill();
        }
    }

    public static Device MessageOf(DeviceDescription device, uint index) => new()
    {
        Index = index,
        Kind = device.Kind,
        Name = device.Name,
        Uuid = device.Uuid,
        MemoryBytes = (ulong)device.MemoryBytes,
        Health = device.Obstacle is null ? DeviceHealth.Healthy : DeviceHealth.Failed,
        HealthDetail = device.Obstacle is null ? "" : $"the device does not open: {device.Obstacle}",
    };

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static (string Id, Device Device) Read(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return (line[..space], Device.Parser.ParseJson(line[(space + 1)..]));
    }
}
