using System.Globalization;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Devices;

namespace ControlPlane.Facility.Diagnostics;

/// <summary>
/// Judges what was read and measured on one device. What was not read, and what nothing is required of, is not judged:
/// never passed. A rate is required only where a card's figure is known; a matrix rate never is, because the figures that
/// are published are of vendors' tuned libraries, and devices are held against each other instead (<see cref="PeerComparison"/>).
/// </summary>
/// <param name="criteria">What is required.</param>
/// <param name="name">What the driver calls the device.</param>
public sealed class Judgement(DiagnosticsCriteria criteria, string name)
{
    private const double BytesPerGigabyte = 1e9;

    private readonly GpuModel? _card = criteria.CardOf(name);
    private readonly LinkJudgement _links = new(criteria, criteria.NamedCardOf(name));

    /// <summary>The lines of level 1, from what the device says of itself.</summary>
    public IReadOnlyList<CheckResult> AtRest(CardReadings read)
    {
        ArgumentNullException.ThrowIfNull(read);
        return
        [
            Driver(read.DriverVersion), Memory(read.MemoryBytes), Errors(read.UncorrectedErrors), Rows(read), Slowed("slowdown reasons", read.SlowedBecause),
            Temperature("temperature", read.TemperatureCelsius), Limit(read),
            .. _links.AtRest(read.Links),
        ];
    }

    /// <summary>The lines of a device under load: the hottest, the most watts, and every reason for which it slowed down.</summary>
    /// <param name="most">The greatest of each reading while it was under load.</param>
    public IReadOnlyList<CheckResult> UnderLoad(CardReadings most)
    {
        ArgumentNullException.ThrowIfNull(most);
        return [Temperature("temperature under load", most.TemperatureCelsius), Slowed("slowdown under load", most.SlowedBecause), Power(most), LinkJudgement.UnderLoad(most.Links)];
    }

    /// <summary>Errors of the links that came up during the tests.</summary>
    /// <param name="before">What was read before; null for unknown.</param>
    /// <param name="after">What was read after; null for unknown.</param>
    /// <param name="minutes">How long the tests took.</param>
    public CheckResult LinkErrorsSince(CardLinks? before, CardLinks? after, double minutes) => _links.ErrorsSince(before, after, minutes);

    /// <summary>Errors that came up during the tests.</summary>
    public static CheckResult ErrorsSince(long? before, long? after)
    {
        const string check = "ECC errors since";
        if (before is not { } start || after is not { } end)
            return Unread(check, "the device counts no ECC errors");
        return Judged(check, Text(end - start), "0 more", end == start, end == start ? "" : "uncorrected errors came up while it was tested");
    }

    /// <summary>The line of a kernel that ran.</summary>
    /// <param name="run">The kernel.</param>
    /// <param name="rate">What it measured.</param>
    /// <param name="unit">The unit of the rate.</param>
    /// <param name="mistake">What is wrong with the result; null when it is right.</param>
    public CheckResult Ran(DiagnosticsRun run, double rate, string unit, string? mistake)
    {
        ArgumentNullException.ThrowIfNull(run);
        var check = run.Check;
        var measured = $"{Text(rate)} {unit}";
        if (mistake is not null)
            return new(check, measured, "a right result", CheckVerdict.Failed, mistake);
        if (check != DiagnosticsPlan.Bandwidth)
            return new(check, measured, "a right result", CheckVerdict.Passed, run.Covers) { Rate = check is DiagnosticsPlan.Patterns or DiagnosticsPlan.FreeMemory ? null : rate };
        if (_card?.MemoryTerabytesPerSecond is not { } rated)
            return new(check, measured, "a right result", CheckVerdict.Passed, $"right; the rate is not judged: {WhyNoCard}") { Rate = rate };
        var (full, share) = (rated.Value * 1000, criteria.BandwidthShare.Value);
        return Judged(check, measured, $"{Text(share * full)} GB/s", rate >= share * full, $"{Text(100 * rate / full)} % of a {_card.Name}'s {Text(full)} GB/s") with { Rate = rate };
    }

    /// <summary>The line of a kernel that did not run to its end.</summary>
    public static CheckResult Broke(string check, string fault) => new(check, "did not run", "a right result", CheckVerdict.Failed, fault);

    /// <summary>The line of what was left out because something before it went wrong.</summary>
    public static CheckResult LeftOut(string check, string because) => new(check, "not run", "a right result", CheckVerdict.NotJudged, because) { IsLeftOut = true };

    private string WhyNoCard => $"no figure is known for a \"{name}\"";

    private CheckResult Driver(int? version)
    {
        if (version is not { } known)
            return Unread("driver", "nothing says which it is");
        if (known == 0)
            return new("driver", "none", "", CheckVerdict.NotJudged, "the device needs none");
        return Judged("driver", Cuda(known), $"{Cuda((int)criteria.DriverVersion.Value)} or later", known >= criteria.DriverVersion.Value, criteria.SourceOf(criteria.DriverVersion));
    }

    private CheckResult Memory(long? bytes)
    {
        if (bytes is not { } known)
            return Unread("memory size", "the device does not say");
        var measured = $"{Text(known / BytesPerGigabyte)} GB";
        if (_card is null)
            return new("memory size", measured, "", CheckVerdict.NotJudged, WhyNoCard);
        var required = criteria.MemoryShare.Value * _card.MemoryGigabytes.Value;
        return Judged("memory size", measured, $"{Text(required)} GB", known >= required * BytesPerGigabyte, $"a {_card.Name} has {Text(_card.MemoryGigabytes.Value)} GB");
    }

    private static CheckResult Errors(long? count) => count is not { } known
        ? Unread("ECC errors", "the device counts none")
        : Judged("ECC errors", Text(known), "0", known == 0, known == 0 ? "" : "uncorrected errors since the driver was loaded: reset the GPU, and test again");

    private static CheckResult Rows(CardReadings read)
    {
        if (read is { RowsPending: null, RowsFailed: null })
            return Unread("remapped rows", "the device does not say");
        var (failed, pending) = (read.RowsFailed == true, read.RowsPending == true);
        return Judged("remapped rows", failed ? "a remapping failed" : pending ? "rows wait for a reset" : "none wait, none failed", "none wait, none failed", !failed && !pending,
            failed ? "no spare rows are left: replace the GPU" : pending ? "reset the GPU" : "");
    }

    private CheckResult Slowed(string check, long? bits)
    {
        if (bits is not { } known)
            return Unread(check, "the device does not say");
        var reasons = criteria.Slowdowns.Where(slowdown => (known >> slowdown.Bit & 1) != 0).ToList();
        var faults = reasons.Where(reason => reason.IsFault).ToList();
        return Judged(check, reasons.Count == 0 ? known == 0 ? "none" : string.Create(CultureInfo.InvariantCulture, $"0x{known:x}") : string.Join(", ", reasons.Select(reason => reason.Name)),
            "no heat, no failing power", faults.Count == 0, string.Join(", ", faults.Select(fault => fault.Name)));
    }

    private CheckResult Temperature(string check, double? celsius)
    {
        if (celsius is not { } known)
            return Unread(check, "the device does not say");
        return _card is null
            ? new(check, $"{Text(known)} C", "", CheckVerdict.NotJudged, WhyNoCard)
            : Judged(check, $"{Text(known)} C", $"below {Text(_card.SlowdownCelsius.Value)} C", known < _card.SlowdownCelsius.Value, $"a {_card.Name} throttles there");
    }

    private CheckResult Limit(CardReadings read)
    {
        if (read.LimitWatts is not { } limit)
            return Unread("power limit", "the device does not say");
        var measured = $"{Text(limit)} W{(read.DefaultLimitWatts is { } usual && usual != limit ? $", {Text(usual)} W after a reset" : "")}";
        if (_card is null)
            return new("power limit", measured, "", CheckVerdict.NotJudged, WhyNoCard);
        // A limit that somebody lowered is no flaw of the card; one that is low by itself is.
        var own = read.DefaultLimitWatts ?? limit;
        return Judged("power limit", measured, $"{Text(_card.LimitWatts.Value)} W after a reset", own >= _card.LimitWatts.Value, limit < own ? "it is lowered now: rates may be lower" : $"the default of a {_card.Name}");
    }

    private static CheckResult Power(CardReadings most)
    {
        const string check = "power under load";
        const double overshoot = 1.1; // A limit holds on average over NVML's window, not in every sample.
        if (most.PowerWatts is not { } watts)
            return Unread(check, "the device does not say");
        return most.LimitWatts is not { } limit
            ? new(check, $"{Text(watts)} W", "", CheckVerdict.NotJudged, "its limit is unknown")
            : Judged(check, $"{Text(watts)} W", $"at most {Text(limit)} W and a tenth", watts <= limit * overshoot, "");
    }

    internal static CheckResult Unread(string check, string why) => new(check, "unknown", "", CheckVerdict.NotJudged, why);

    internal static CheckResult Judged(string check, string measured, string required, bool isRight, string why) =>
        new(check, measured, required, isRight ? CheckVerdict.Passed : CheckVerdict.Failed, why);

    private static string Cuda(int version) => string.Create(CultureInfo.InvariantCulture, $"CUDA {version / 1000}.{version % 1000 / 10}");

    private static string Text(double value) => value.ToString(value is > -1000 and < 1000 ? "0.##" : "0", CultureInfo.InvariantCulture);
}
