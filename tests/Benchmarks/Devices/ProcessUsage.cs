using System.Globalization;

namespace ControlPlane.Benchmarks.Devices;

/// <summary>Processor time and resident memory, as the kernel of the system counts them.</summary>
/// <param name="CpuSeconds">Time on processors since the process began.</param>
/// <param name="Megabytes">Memory that is resident, 10^6 bytes.</param>
internal readonly record struct ProcessUsage(double CpuSeconds, double Megabytes)
{
    private const double TicksPerSecond = 100; // USER_HZ of every Linux that .NET runs on.

    /// <summary>A process by itself, with its children, and how many those are.</summary>
    public static (ProcessUsage Own, ProcessUsage All, int Children) Of(int process)
    {
        var own = Read(process);
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ParentOf(id) == process)
            .Select(name => Read(int.Parse(name!, CultureInfo.InvariantCulture))).ToList();
        return (own, new(own.CpuSeconds + children.Sum(one => one.CpuSeconds), own.Megabytes + children.Sum(one => one.Megabytes)), children.Count);
    }

    private static ProcessUsage Read(int process)
    {
        var fields = Fields(process);
        return fields.Length == 0 ? default : new(
            (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond,
            long.Parse(fields[21], CultureInfo.InvariantCulture) * Environment.SystemPageSize / 1e6);
    }

    private static int ParentOf(int process) => Fields(process) is { Length: > 1 } fields ? int.Parse(fields[1], CultureInfo.InvariantCulture) : 0;

    private static string[] Fields(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return []; // It has ended.
        }
    }
}
