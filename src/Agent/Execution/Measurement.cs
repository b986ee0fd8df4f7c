using System.Globalization;

using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Agent.Execution;

/// <summary>One kernel on one device, without a host: for the person who stands before the machine.</summary>
internal static class Measurement
{
    public static async Task<int> RunAsync(string id, string kernel, string[] sizes, int repetitions, CancellationToken cancellation)
    {
        var values = new Dictionary<string, long>();
        foreach (var pair in sizes.Select(size => size.Split('=')))
        {
            if (pair.Length != 2 || !long.TryParse(pair[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
                return Complain($"--size {string.Join('=', pair)}: a name and a whole number are needed, such as m=1024.");
            values[pair[0]] = value;
        }
        try
        {
            using var device = DeviceCatalogue.Open(id);
            var result = await KernelRun.RunAsync(device, new(kernel, values, repetitions, Check: true, Seed: 1), null, cancellation).ConfigureAwait(false);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{kernel} on {device.Description.Name}: {result.Rate:0.###} {result.RateUnit}, {result.SecondsPerRepetition * 1e6:0.#} us a repetition, checksum {result.Checksum:x16}, largest error {result.MaxRelativeError:g3}"));
            return result.Mistake is { } mistake ? Complain($"The result is wrong: {mistake}") : 0;
        }
        catch (Exception e) when (e is DeviceFaultException or ArgumentException)
        {
            return Complain(e.Message);
        }
    }

    private static int Complain(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
