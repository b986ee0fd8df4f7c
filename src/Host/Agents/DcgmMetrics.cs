using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Host.Agents;

/// <summary>
/// What the cards of connected agents read, under the names, units and labels of NVIDIA's dcgm-exporter
/// (etc/default-counters.csv), so that dashboards and alerts made for it work here. What a card does not say has no series.
/// Each host tells of the agents that are connected to it.
/// </summary>
internal sealed class DcgmMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "ControlPlane.Dcgm";

    /// <summary>More series of one metric than this are not told.</summary>
    public const int MostCards = 100_000;

    private static readonly (string Name, string Meaning, Func<Card, double?> Of)[] Readings =
    [
        ("DCGM_FI_DEV_SM_CLOCK", "SM clock frequency (in MHz)", card => Known(card.Sample.HasSmClockMegahertz, card.Sample.SmClockMegahertz)),
        ("DCGM_FI_DEV_MEM_CLOCK", "Memory clock frequency (in MHz)", card => Known(card.Sample.HasMemoryClockMegahertz, card.Sample.MemoryClockMegahertz)),
        ("DCGM_FI_DEV_GPU_TEMP", "GPU temperature (in C)", card => Known(card.Sample.HasTemperatureCelsius, card.Sample.TemperatureCelsius)),
        ("DCGM_FI_DEV_MEMORY_TEMP", "Memory temperature (in C)", card => Known(card.Sample.HasMemoryCelsius, card.Sample.MemoryCelsius)),
        ("DCGM_FI_DEV_POWER_USAGE", "Power draw (in W)", card => Known(card.Sample.HasPowerWatts, card.Sample.PowerWatts)),
        ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "Energy since the driver was loaded (in mJ)", card => Known(card.Sample.HasEnergyJoules, card.Sample.EnergyJoules * 1000)),
        ("DCGM_FI_DEV_GPU_UTIL", "GPU utilization (in %)", card => Known(card.Sample.HasUtilisation, card.Sample.Utilisation * 100)),
        ("DCGM_FI_DEV_FB_USED", "Memory in use (in MiB)", card => Known(card.Sample.HasMemoryUsedBytes, card.Sample.MemoryUsedBytes / Mebibyte)),
        ("DCGM_FI_DEV_FB_FREE", "Memory that is free (in MiB)", card => Known(card.Sample.HasMemoryUsedBytes && card.Device.MemoryBytes > 0, Math.Max(0, (double)card.Device.MemoryBytes - card.Sample.MemoryUsedBytes) / Mebibyte)),
        ("DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "PCIe packets that were sent again", card => Known(card.Sample.Links?.HasPcieReplays, card.Sample.Links?.PcieReplays)),
        ("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", "Uncorrected ECC errors since the driver was loaded", card => Known(card.Sample.HasUncorrectedErrors, card.Sample.UncorrectedErrors)),
        ("DCGM_FI_DEV_ROW_REMAP_FAILURE", "1 when a remapping of memory rows failed", card => Known(card.Sample.HasRowsFailed, card.Sample.RowsFailed ? 1 : 0)),
        ("DCGM_FI_DEV_XID_ERRORS", "The last Xid that was heard of while its agent is connected, 0 for none", card => card.Xid),
    ];

    private const double Mebibyte = 1 << 20;

    private readonly Meter _meter = new(MeterName);
    private readonly ConcurrentDictionary<AgentStream, Hello> _agents = new();

    public DcgmMetrics()
    {
        foreach (var (name, meaning, of) in Readings)
            _meter.CreateObservableGauge(name, () => Measure(of), null, meaning);
    }

    public void Connect(AgentStream agent, Hello hello) => _agents[agent] = hello;

    public void Disconnect(AgentStream agent) => _agents.TryRemove(agent, out _);

    public void Dispose() => _meter.Dispose();

    private static double? Known(bool? isKnown, double? value) => isKnown == true && value is { } number && double.IsFinite(number) ? number : null;

    private IEnumerable<Measurement<double>> Measure(Func<Card, double?> of)
    {
        foreach (var (agent, hello) in _agents)
        {
            foreach (var device in hello.Devices)
            {
                if (agent.CardOf(device.Index) is { } sample && of(new Card(device, sample, agent.XidOf(device.Index))) is { } value)
                    yield return new Measurement<double>(value, Labels(hello.Node, device));
            }
        }
    }

    private static KeyValuePair<string, object?>[] Labels(string node, Device device)
    {
        var index = device.Index.ToString(CultureInfo.InvariantCulture);
        return
        [
            new("gpu", index), new("UUID", device.Uuid), new("device", (device.Kind == "cuda" ? "nvidia" : device.Kind) + index), new("modelName", device.Name), new("Hostname", node),
        ];
    }

    private readonly record struct Card(Device Device, DeviceSample Sample, uint Xid);
}
