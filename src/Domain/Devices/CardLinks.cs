using Orleans;

namespace ControlPlane.Domain.Devices;

/// <summary>What a GPU says of its links: PCIe to its host, and NVLink to other GPUs. Null is unknown, never zero; counters count since its driver was loaded.</summary>
[GenerateSerializer, Immutable, Alias("CardLinks")]
public sealed record CardLinks
{
    /// <summary>PCIe generation as the link runs now, 1 or more. An idle card may lower it to save power.</summary>
    [Id(0)]
    public int? PcieGeneration { get; init; }

    /// <summary>PCIe lanes in use, 1 to 16.</summary>
    [Id(1)]
    public int? PcieLanes { get; init; }

    /// <summary>The highest PCIe generation that card and slot can do together.</summary>
    [Id(2)]
    public int? MostPcieGeneration { get; init; }

    /// <summary>The most PCIe lanes that card and slot can use together.</summary>
    [Id(3)]
    public int? MostPcieLanes { get; init; }

    /// <summary>PCIe packets that were sent again.</summary>
    [Id(4)]
    public long? PcieReplays { get; init; }

    /// <summary>NVLinks that the card has; null for a card without.</summary>
    [Id(5)]
    public int? NvLinks { get; init; }

    /// <summary>NVLinks that carry traffic.</summary>
    [Id(6)]
    public int? NvLinksUp { get; init; }

    /// <summary>Replays and recoveries on all NVLinks.</summary>
    [Id(7)]
    public long? NvLinkErrors { get; init; }

    /// <summary>Checksum errors on all NVLinks, corrected by sending again.</summary>
    [Id(8)]
    public long? NvLinkCrcErrors { get; init; }

    /// <summary>Payload sent over all NVLinks, bytes.</summary>
    [Id(9)]
    public long? NvLinkSentBytes { get; init; }

    /// <summary>Payload received over all NVLinks, bytes.</summary>
    [Id(10)]
    public long? NvLinkReceivedBytes { get; init; }

    /// <summary>True when nothing at all is known.</summary>
    public bool IsUnknown() => this == new CardLinks();
}
