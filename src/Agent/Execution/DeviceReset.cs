using System.ComponentModel;
using System.Diagnostics;

using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>Resets one device: its executor ends, the site's own command resets a CUDA device, and another executor opens it.</summary>
internal static class DeviceReset
{
    /// <summary>NVIDIA's own tool; NVML has no call for it.</summary>
    public const string UsualCommand = "nvidia-smi --gpu-reset -i {uuid}";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>Why it failed; empty when it did not.</summary>
    public static async Task<string> RunAsync(ExecutorSupervisor executor, Device device, string command)
    {
        await executor.ReleaseAsync().ConfigureAwait(false);
        var objection = device.Kind == "cuda" && command.Length > 0 ? await CommandAsync(command.Replace("{uuid}", device.Uuid, StringComparison.Ordinal)).ConfigureAwait(false) : "";
        if (objection.Length > 0)
            return objection;
        try
        {
            await executor.EnsureAsync(CancellationToken.None).ConfigureAwait(false);
            return "";
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or Win32Exception or System.Net.Sockets.SocketException)
        {
            return $"the device does not open after it: {e.Message}";
        }
    }

    private static async Task<string> CommandAsync(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            using var patience = new CancellationTokenSource(Longest);
            try
            {
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return $"{words[0]} did not end within {Longest.TotalMinutes:0} minutes";
            }
            var text = string.Join(' ', await said.ConfigureAwait(false)).Trim();
            return process.ExitCode == 0 ? "" : $"{words[0]} ended with {process.ExitCode}: {text[..Math.Min(text.Length, 300)]}".TrimEnd(' ', ':');
        }
        catch (Win32Exception e)
        {
            return $"{words[0]} does not start: {e.Message}";
        }
    }
}
