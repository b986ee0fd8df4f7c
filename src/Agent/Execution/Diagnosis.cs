using System.Text.Json;

using ControlPlane.Facility.Diagnostics;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Diagnostics;

namespace ControlPlane.Agent.Execution;

/// <summary>What a diagnosis is asked to do.</summary>
/// <param name="Device">The only device, or null for all.</param>
/// <param name="Level">1 to 3.</param>
/// <param name="LoadFor">How long the load of level 3 lasts.</param>
/// <param name="KernelTimeout">How long a kernel may take.</param>
/// <param name="AsJson">JSON instead of a page.</param>
internal sealed record DiagnosisRequest(string? Device, int Level, TimeSpan LoadFor, TimeSpan KernelTimeout, bool AsJson);

/// <summary>The diagnosis of this machine's devices without a host, for the person who stands before it.</summary>
internal static class Diagnosis
{
    private const int ExitFailed = 1;
    private const int ExitBadInput = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(DiagnosisRequest request, CancellationToken cancellation)
    {
        if (request.Level is < 1 or > DiagnosticsPlan.DeepestLevel)
            return Complain($"--level {request.Level}: give 1, 2 or 3.");
        if (request.LoadFor < TimeSpan.Zero || request.LoadFor > Longest)
            return Complain($"--load-seconds {request.LoadFor.TotalSeconds}: give 0 to {Longest.TotalSeconds} seconds.");
        if (request.KernelTimeout <= TimeSpan.Zero || request.KernelTimeout > Longest)
            return Complain($"--kernel-timeout {request.KernelTimeout.TotalSeconds}: give 1 to {Longest.TotalSeconds} seconds.");
        var devices = new List<DeviceDiagnosis>();
        try
        {
            foreach (var id in request.Device is { } only ? [only] : Discovered())
                devices.Add(await OneAsync(id, request, cancellation).ConfigureAwait(false));
        }
        catch (ArgumentException e)
        {
            return Complain(e.Message);
        }
        var compared = PeerComparison.Compared(devices, DiagnosticsCriteria.Default);
        Console.WriteLine(request.AsJson ? InJson(request.Level, compared) : DiagnosisText.Of(compared));
        return compared.Any(device => device.Verdict == CheckVerdict.Failed) ? ExitFailed : 0;
    }

    private static List<string> Discovered()
    {
        var found = DeviceCatalogue.Discover(DeviceChoice.Auto);
        foreach (var remark in found.Remarks)
            Console.Error.WriteLine(remark);
        return [.. found.Devices.Select(device => device.Id)];
    }

    private static async Task<DeviceDiagnosis> OneAsync(string id, DiagnosisRequest request, CancellationToken cancellation)
    {
        IComputeDevice device;
        try
        {
            device = DeviceCatalogue.Open(id);
        }
        catch (DeviceFaultException e)
        {
            return new(id, "unknown", [new("device", "does not open", "present", CheckVerdict.Failed, $"{e.ErrorCode}: {e.Message}")]);
        }
        using (device)
        {
            var test = new DeviceTest(device, TimeProvider.System) { LoadFor = request.LoadFor, KernelTimeout = request.KernelTimeout };
            return await test.RunAsync(request.Level, cancellation).ConfigureAwait(false);
        }
    }

    private static string InJson(int level, IReadOnlyList<DeviceDiagnosis> devices) => JsonSerializer.Serialize(
        new
        {
            level,
            devices = devices.Select(device => new
            {
                device.Device,
                device.Name,
                verdict = DiagnosisText.Word(device.Verdict),
                checks = device.Checks.Select(check => new { check.Check, check.Measured, check.Required, verdict = DiagnosisText.Word(check.Verdict), check.Why, check.Rate }),
            }),
        },
        Json);

    private static int Complain(string message)
    {
        Console.Error.WriteLine(message);
        return ExitBadInput;
    }
}
