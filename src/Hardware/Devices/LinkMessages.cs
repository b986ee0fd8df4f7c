using ControlPlane.Domain.Devices;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Hardware.Devices;

/// <summary>A card's links as a message and back: what is unknown is absent.</summary>
public static class LinkMessages
{
    /// <summary>The message of what was read.</summary>
    public static DeviceLinks Of(CardLinks links)
    {
        ArgumentNullException.ThrowIfNull(links);
        var message = new DeviceLinks();
        Set(links.PcieGeneration, value => message.PcieGeneration = value);
        Set(links.PcieLanes, value => message.PcieLanes = value);
        Set(links.MostPcieGeneration, value => message.MostPcieGeneration = value);
        Set(links.MostPcieLanes, value => message.MostPcieLanes = value);
        Set(links.PcieReplays, value => message.PcieReplays = value);
        Set(links.NvLinks, value => message.Nvlinks = value);
        Set(links.NvLinksUp, value => message.NvlinksUp = value);
        Set(links.NvLinkErrors, value => message.NvlinkErrors = value);
        Set(links.NvLinkCrcErrors, value => message.NvlinkCrcErrors = value);
        Set(links.NvLinkSentBytes, value => message.NvlinkSentBytes = value);
        Set(links.NvLinkReceivedBytes, value => message.NvlinkReceivedBytes = value);
        return message;
    }

    /// <summary>What a message says; null for none.</summary>
    public static CardLinks? Read(DeviceLinks? message) => message is null ? null : new()
    {
        PcieGeneration = message.HasPcieGeneration ? message.PcieGeneration : null,
        PcieLanes = message.HasPcieLanes ? message.PcieLanes : null,
        MostPcieGeneration = message.HasMostPcieGeneration ? message.MostPcieGeneration : null,
        MostPcieLanes = message.HasMostPcieLanes ? message.MostPcieLanes : null,
        PcieReplays = message.HasPcieReplays ? message.PcieReplays : null,
        NvLinks = message.HasNvlinks ? message.Nvlinks : null,
        NvLinksUp = message.HasNvlinksUp ? message.NvlinksUp : null,
        NvLinkErrors = message.HasNvlinkErrors ? message.NvlinkErrors : null,
        NvLinkCrcErrors = message.HasNvlinkCrcErrors ? message.NvlinkCrcErrors : null,
        NvLinkSentBytes = message.HasNvlinkSentBytes ? message.NvlinkSentBytes : null,
        NvLinkReceivedBytes = message.HasNvlinkReceivedBytes ? message.NvlinkReceivedBytes : null,
    };

    private static void Set<T>(T? value, Action<T> set) where T : struct
    {
        if (value is { } known)
            set(known);
    }
}
