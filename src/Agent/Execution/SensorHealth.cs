using ControlPlane.Domain.Devices;
using ControlPlane.Hardware.Devices;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Agent.Execution;

/// <summary>What a card's own counters say of its health. Each thing is told once; what a card does not say is unknown and tells nothing.</summary>
/// <remarks>
/// A failed row remapping asks for the card's replacement and a pending one for a reset (NVIDIA's GPU memory error
/// management guide). An uncorrected error costs the work that it met, which its Xid ends; the card goes on, watched.
/// </remarks>
internal sealed class SensorHealth
{
    private long? _errors;
    private bool _isFailedTold;
    private bool _isPendingTold;
    private bool _isNarrowTold;
    private int _linksUp;

    /// <summary>What is new, or null.</summary>
    public DeviceSample? Judge(DeviceReadings readings)
    {
        if (readings.RowsFailed == true && !_isFailedTold)
        {
            _isFailedTold = true;
            return Said(DeviceHealth.Failed, "a remapping of memory rows failed: the card is to be replaced");
        }
        if (readings.RowsPending == true && !_isPendingTold)
        {
            _isPendingTold = true;
            return Said(DeviceHealth.Degraded, "memory rows are to be remapped: the card is to be reset once it is idle");
        }
        if (OfLinks(readings.Links) is { } narrower)
            return narrower;
        // The first count may be old: the driver keeps it until it is loaded anew.
        var before = _errors ?? readings.UncorrectedErrors;
        _errors = readings.UncorrectedErrors ?? _errors;
        return readings.UncorrectedErrors > before
            ? Said(DeviceHealth.Degraded, FormattableString.Invariant($"{readings.UncorrectedErrors - before} more uncorrected memory errors, {readings.UncorrectedErrors} since the driver was loaded"))
            : null;
    }

    // Links that were never up are the card's diagnosis' business; one that goes down is news.
    private DeviceSample? OfLinks(CardLinks? links)
    {
        if (links is { PcieLanes: { } lanes, MostPcieLanes: { } most } && lanes < most && !_isNarrowTold)
        {
            _isNarrowTold = true;
            return Said(DeviceHealth.Degraded, FormattableString.Invariant($"PCIe runs with {lanes} of {most} lanes: the card is to be reseated"));
        }
        if (links?.NvLinksUp is not { } up)
            return null;
        var before = _linksUp;
        _linksUp = up;
        return up < before ? Said(DeviceHealth.Degraded, FormattableString.Invariant($"{before - up} NVLinks went down, {up} of {links.NvLinks} are up")) : null;
    }

    private static DeviceSample Said(DeviceHealth health, string detail) => new() { Health = health, HealthDetail = detail };
}
