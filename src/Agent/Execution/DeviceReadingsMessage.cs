using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>A device's readings as a message: what is unknown is absent.</summary>
internal static class DeviceReadingsMessage
{
    public static DeviceSample Of(DeviceReadings readings)
    {
        var sample = new DeviceSample();
        if (readings.PowerWatts is { } watts)
            sample.PowerWatts = watts;
        if (readings.TemperatureCelsius is { } celsius)
            sample.TemperatureCelsius = celsius;
        if (readings.Utilisation is { } share)
            sample.Utilisation = share;
        if (readings.MemoryUsedBytes is { } bytes)
            sample.MemoryUsedBytes = (ulong)bytes;
        if (readings.EnergyJoules is { } joules)
            sample.EnergyJoules = joules;
        if (readings.SmClockMegahertz is { } megahertz)
            sample.SmClockMegahertz = megahertz;
        if (readings.MemoryCelsius is { } memory)
            sample.MemoryCelsius = memory;
        if (readings.MemoryClockMegahertz is { } memoryClock)
            sample.MemoryClockMegahertz = memoryClock;
        if (readings.Links is { } links)
            sample.Links = LinkMessages.Of(links);
        AddLimits(sample, readings);
        AddHealth(sample, readings);
        return sample;
    }

    private static void AddLimits(DeviceSample sample, DeviceReadings readings)
    {
        if (readings.LimitWatts is { } limit)
            sample.LimitWatts = limit;
        if (readings.LowestLimitWatts is { } lowest)
            sample.LowestLimitWatts = lowest;
        if (readings.HighestLimitWatts is { } highest)
            sample.HighestLimitWatts = highest;
    }

    private static void AddHealth(DeviceSample sample, DeviceReadings readings)
    {
        if (readings.SlowedBecause is { } reasons)
            sample.SlowedBecause = (ulong)reasons;
        if (readings.UncorrectedErrors is { } errors)
            sample.UncorrectedErrors = (ulong)errors;
        if (readings.RowsPending is { } pending)
            sample.RowsPending = pending;
        if (readings.RowsFailed is { } failed)
            sample.RowsFailed = failed;
    }
}
