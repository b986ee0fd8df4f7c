using System.Globalization;
using ControlPlane.Domain.Devices;

namespace ControlPlane.Facility.Diagnostics;

/// <summary>Judges a card's links: how wide and fast PCIe is, how many NVLinks carry traffic, and errors while it was tested.</summary>
/// <param name="criteria">What is required.</param>
/// <param name="card">The card's line among the criteria; null when its name stands for none.</param>
internal sealed class LinkJudgement(DiagnosticsCriteria criteria, NamedCard? card)
{
    /// <summary>The lines of a card at rest. The generation is not judged then: an idle link is slower to save power.</summary>
    public IEnumerable<CheckResult> AtRest(CardLinks? read) => [Lanes(read), NvLinks(read)];

    /// <summary>The line of a card under load, when nothing saves power.</summary>
    public static CheckResult UnderLoad(CardLinks? read)
    {
        const string check = "PCIe under load";
        if (read is not { PcieGeneration: { } generation, MostPcieGeneration: { } most })
            return Judgement.Unread(check, "the device does not say");
        return Judgement.Judged(check, $"generation {Text(generation)}", $"generation {Text(most)}", generation >= most,
            generation >= most ? "" : "the link does not reach what card and slot can do: reseat the card, and look at its slot and risers");
    }

    /// <summary>Errors that came up while it was tested.</summary>
    /// <param name="before">What was read before.</param>
    /// <param name="after">What was read after.</param>
    /// <param name="minutes">How long the test took; what may come a minute is allowed once at least.</param>
    public CheckResult ErrorsSince(CardLinks? before, CardLinks? after, double minutes)
    {
        const string check = "link errors since";
        List<string> found = [], faults = [];
        void Look(string name, long? start, long? end, double allowed)
        {
            if (start is not { } first || end is not { } last)
                return;
            found.Add($"{Text(last - first)} {name}");
            if (last - first > allowed || last < first)
                faults.Add(last < first ? $"{name} were counted anew: the driver was loaded again" : $"{Text(last - first)} {name}");
        }
        var replays = criteria.PcieReplaysPerMinute.Value * Math.Max(1, minutes);
        Look("PCIe replays", before?.PcieReplays, after?.PcieReplays, replays);
        Look("NVLink replays and recoveries", before?.NvLinkErrors, after?.NvLinkErrors, 0);
        Look("NVLink checksum errors", before?.NvLinkCrcErrors, after?.NvLinkCrcErrors, criteria.NvLinkCrcErrorsPerSecond.Value * 60 * minutes);
        return found.Count == 0
            ? Judgement.Unread(check, "the device counts none")
            : Judgement.Judged(check, string.Join(", ", found), $"at most {Text(replays)} PCIe replays, no NVLink replay", faults.Count == 0, string.Join("; ", faults));
    }

    private static CheckResult Lanes(CardLinks? read)
    {
        const string check = "PCIe lanes";
        if (read is not { PcieLanes: { } lanes })
            return Judgement.Unread(check, "the device does not say");
        var measured = $"{Text(lanes)}{(read.PcieGeneration is { } generation ? $", generation {Text(generation)} now" : "")}";
        return read.MostPcieLanes is not { } most
            ? new(check, measured, "", CheckVerdict.NotJudged, "the device does not say how many it could have")
            : Judgement.Judged(check, measured, Text(most), lanes >= most, lanes >= most ? "" : "fewer lanes than card and slot have: reseat the card, and look at its slot and risers");
    }

    // A card outside the criteria may have links that nothing was ever plugged into; one of several that is down is a fault of any.
    private CheckResult NvLinks(CardLinks? read)
    {
        const string check = "NVLinks";
        var rated = card?.NvLinks ?? 0;
        if (read is not { NvLinks: { } links, NvLinksUp: { } up })
        {
            return rated > 0 && read is { PcieLanes: not null }
                ? Judgement.Judged(check, "none", Text(rated), false, $"a {card!.Model} has them, and its driver shows none: is the fabric manager running?")
                : Judgement.Unread(check, "the device has none, or does not say");
        }
        var measured = $"{Text(up)} of {Text(links)} up";
        if (rated == 0 && up == 0)
            return new(check, measured, "", CheckVerdict.NotJudged, "nothing may be connected to them");
        var required = Math.Max(rated, links);
        return Judgement.Judged(check, measured, $"{Text(required)} up", up >= required, up >= required ? "" : "links are down: look at the fabric manager's log, then at the card's seat and the switches");
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
