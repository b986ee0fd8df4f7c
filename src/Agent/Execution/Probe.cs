using System.Globalization;
using System.Text.Json;

using ControlPlane.Domain.Jobs;
using ControlPlane.Facility.Diagnostics;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Probes;

namespace ControlPlane.Agent.Execution;

/// <summary>Measures a device's tokens a second and joules a token, without a host.</summary>
internal static class Probe
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="asked">What is to be measured.</param>
    /// <param name="save">Where the device's curve is kept, or null.</param>
    public static async Task<int> RunAsync(string id, Func<ProbeRequest> asked, bool asJson, string? save, CancellationToken cancellation)
    {
        try
        {
            var request = asked();
            using var device = DeviceCatalogue.Open(id);
            var points = await TokenProbe.RunAsync(device, request, cancellation).ConfigureAwait(false);
            var curve = JsonSerializer.Serialize(new { device = device.Description.Name, device.Description.Uuid, request.Model, points }, Json);
            if (save is not null)
                await File.WriteAllTextAsync(save, CurveManifest.ToYaml(device.Description.Id, device.Description.Name, device.Description.Uuid, request.Model.Name, points, DateTimeOffset.UtcNow), cancellation).ConfigureAwait(false);
            if (asJson)
                Console.WriteLine(curve);
            else
                Print(device.Description.Name, request, points);
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return Complain(2, e.Message);
        }
        catch (Exception e) when (e is DeviceFaultException or IOException or UnauthorizedAccessException)
        {
            return Complain(1, e.Message);
        }
    }

    private static void Print(string device, ProbeRequest request, IReadOnlyList<ProbePoint> points)
    {
        Console.WriteLine($"{request.Model.Name} on {device}");
        foreach (var point in points)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{point.Phase}, batch {point.Batch}, {point.Tokens} tokens{(point.LimitWatts is { } limit ? $", {limit:0} W" : "")}: {point.TokensPerSecond:0.#} tokens/s, {(point.JoulesPerToken is { } joules ? $"{joules:0.####} J/token" : "energy unknown")}"));
        }
    }

    private static int Complain(int code, string message)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
