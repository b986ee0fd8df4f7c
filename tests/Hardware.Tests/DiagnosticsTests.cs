using ControlPlane.Domain.Devices;
using ControlPlane.Facility.Diagnostics;
using ControlPlane.Hardware.Diagnostics;

using CsCheck;

namespace ControlPlane.Hardware.Tests;

/// <summary>What a diagnosis makes of readings and rates, and of devices that are broken.</summary>
[Collection("devices")]
public sealed class DiagnosticsTests
{
    private const string H100 = "NVIDIA H100 80GB HBM3";

    private static readonly CardLinks Wide = new()
    {
        PcieGeneration = 5,
        PcieLanes = 16,
        MostPcieGeneration = 5,
        MostPcieLanes = 16,
        PcieReplays = 3,
        NvLinks = 18,
        NvLinksUp = 18,
        NvLinkErrors = 0,
        NvLinkCrcErrors = 12,
    };

    private static readonly CardReadings Sound = new()
    {
        MemoryBytes = 85_520_809_984,
        DriverVersion = 12_040,
        UncorrectedErrors = 0,
        RowsPending = false,
        RowsFailed = false,
        SlowedBecause = 1,
        TemperatureCelsius = 41,
        PowerWatts = 80,
        LimitWatts = 700,
        DefaultLimitWatts = 700,
        Links = Wide,
    };

    [Theory]
    [InlineData("driver", "CUDA 12.4", CheckVerdict.Passed)]
    [InlineData("memory size", "85.52 GB", CheckVerdict.Passed)]
    [InlineData("ECC errors", "0", CheckVerdict.Passed)]
    [InlineData("remapped rows", "none wait, none failed", CheckVerdict.Passed)]
    [InlineData("slowdown reasons", "idle", CheckVerdict.Passed)]
    [InlineData("temperature", "41 C", CheckVerdict.Passed)]
    [InlineData("power limit", "700 W", CheckVerdict.Passed)]
    [InlineData("PCIe lanes", "16, generation 5 now", CheckVerdict.Passed)]
    [InlineData("NVLinks", "18 of 18 up", CheckVerdict.Passed)]
    public void A_sound_card_passes_what_is_read(string check, string measured, CheckVerdict verdict)
    {
        var line = Line(H100, Sound, check);
        Assert.Equal((measured, verdict), (line.Measured, line.Verdict));
    }

    public static TheoryData<string, CardReadings> Flaws => new()
    {
        { "driver", Sound with { DriverVersion = 10_020 } },
        { "memory size", Sound with { MemoryBytes = 68_000_000_000 } },
        { "ECC errors", Sound with { UncorrectedErrors = 1 } },
        { "remapped rows", Sound with { RowsPending = true } },
        { "remapped rows", Sound with { RowsFailed = true } },
        { "slowdown reasons", Sound with { SlowedBecause = 0x9 } },
        { "slowdown reasons", Sound with { SlowedBecause = 0x80 } },
        { "temperature", Sound with { TemperatureCelsius = 87 } },
        { "power limit", Sound with { LimitWatts = 500, DefaultLimitWatts = 500 } },
        { "PCIe lanes", Sound with { Links = Wide with { PcieLanes = 8 } } },
        { "NVLinks", Sound with { Links = Wide with { NvLinksUp = 17 } } },
        { "NVLinks", Sound with { Links = Wide with { NvLinksUp = 0 } } },
        { "NVLinks", Sound with { Links = Wide with { NvLinks = 17, NvLinksUp = 17 } } },
        { "NVLinks", Sound with { Links = Wide with { NvLinks = null, NvLinksUp = null } } },
    };

    [Theory]
    [MemberData(nameof(Flaws))]
    public void A_flaw_fails_its_own_line_alone_and_says_why(string check, CardReadings read)
    {
        var lines = new Judgement(DiagnosticsCriteria.Default, H100).AtRest(read);
        var failed = Assert.Single(lines, line => line.Verdict == CheckVerdict.Failed);
        Assert.Equal(check, failed.Check);
        Assert.NotEmpty(failed.Why);
    }

    [Theory]
    [InlineData(1, 5, CheckVerdict.Failed)]
    [InlineData(5, 5, CheckVerdict.Passed)]
    [InlineData(null, 5, CheckVerdict.NotJudged)]
    public void An_idle_link_may_be_slow_and_one_under_load_may_not(int? generation, int most, CheckVerdict verdict)
    {
        var links = Wide with { PcieGeneration = generation, MostPcieGeneration = most };
        Assert.NotEqual(CheckVerdict.Failed, Line(H100, Sound with { Links = links }, "PCIe lanes").Verdict);
        var under = new Judgement(DiagnosticsCriteria.Default, H100).UnderLoad(Sound with { Links = links });
        Assert.Equal(verdict, Assert.Single(under, line => line.Check == "PCIe under load").Verdict);
    }

    [Theory]
    [InlineData(0, 0, CheckVerdict.NotJudged)] // Nothing is plugged in.
    [InlineData(4, 4, CheckVerdict.Passed)]
    [InlineData(4, 3, CheckVerdict.Failed)]
    public void A_card_that_nothing_is_known_of_may_be_without_NVLink_but_not_with_a_part_of_it(int links, int up, CheckVerdict verdict) =>
        Assert.Equal(verdict, Line("NVIDIA RTX A6000", Sound with { Links = Wide with { NvLinks = links == 0 ? 4 : links, NvLinksUp = up } }, "NVLinks").Verdict);

    public static TheoryData<CardLinks?, double, CheckVerdict, string> LinkErrors => new()
    {
        { Wide, 0.1, CheckVerdict.Passed, "" },
        { Wide with { PcieReplays = 11 }, 0.1, CheckVerdict.Passed, "" }, // Eight may come in any minute.
        { Wide with { PcieReplays = 12 }, 0.1, CheckVerdict.Failed, "9 PCIe replays" },
        { Wide with { PcieReplays = 12 }, 2, CheckVerdict.Passed, "" },
        { Wide with { NvLinkErrors = 1 }, 10, CheckVerdict.Failed, "1 NVLink replays" },
        { Wide with { NvLinkCrcErrors = 6012 }, 1, CheckVerdict.Passed, "" },
        { Wide with { NvLinkCrcErrors = 6013 }, 1, CheckVerdict.Failed, "6001 NVLink checksum errors" },
        { Wide with { PcieReplays = 0 }, 1, CheckVerdict.Failed, "loaded again" },
        { null, 1, CheckVerdict.NotJudged, "counts none" },
        { new CardLinks { PcieLanes = 16 }, 1, CheckVerdict.NotJudged, "counts none" },
    };

    [Theory]
    [MemberData(nameof(LinkErrors))]
    public void Errors_of_links_count_from_the_beginning_of_the_test(CardLinks? after, double minutes, CheckVerdict verdict, string why)
    {
        var line = new Judgement(DiagnosticsCriteria.Default, H100).LinkErrorsSince(Wide, after, minutes);
        Assert.Equal(verdict, line.Verdict);
        Assert.Contains(why, line.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x4, "power cap")]
    [InlineData(0x2, "application clocks")]
    [InlineData(0x4000, "0x4000")]
    public void A_slowdown_that_is_no_fault_passes_and_is_named(long bits, string measured)
    {
        var line = Line(H100, Sound with { SlowedBecause = bits }, "slowdown reasons");
        Assert.Equal((measured, CheckVerdict.Passed), (line.Measured, line.Verdict));
    }

    [Fact]
    public void A_limit_that_somebody_lowered_is_told_and_no_flaw()
    {
        var line = Line(H100, Sound with { LimitWatts = 400 }, "power limit");
        Assert.Equal(("400 W, 700 W after a reset", CheckVerdict.Passed), (line.Measured, line.Verdict));
        Assert.Contains("lowered", line.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(H100)]
    [InlineData("NVIDIA H100 PCIe")]
    public void What_is_unknown_is_never_passed(string name)
    {
        var judgement = new Judgement(DiagnosticsCriteria.Default, name);
        var lines = (CheckResult[])[.. judgement.AtRest(new()), .. judgement.UnderLoad(new()), Judgement.ErrorsSince(0, null), Judgement.ErrorsSince(null, 0)];
        Assert.All(lines, line => Assert.Equal(CheckVerdict.NotJudged, line.Verdict));
    }

    [Theory]
    [InlineData(H100, 3015, CheckVerdict.Passed, "3015 GB/s")]
    [InlineData(H100, 3014, CheckVerdict.Failed, "3015 GB/s")]
    [InlineData("NVIDIA H100 PCIe", 1, CheckVerdict.Passed, "a right result")]
    public void Bandwidth_is_held_against_nine_tenths_of_the_card_s(string name, double rate, CheckVerdict verdict, string required)
    {
        var run = DiagnosticsPlan.Of(2, DiagnosticsCriteria.Default.WorkloadOf(name), null).Single(one => one.Check == DiagnosticsPlan.Bandwidth);
        var line = new Judgement(DiagnosticsCriteria.Default, name).Ran(run, rate, "GB/s", null);
        Assert.Equal((verdict, required), (line.Verdict, line.Required));
        Assert.Equal(CheckVerdict.Failed, new Judgement(DiagnosticsCriteria.Default, name).Ran(run, 1e9, "GB/s", "one word differs").Verdict);
    }

    [Fact]
    public void More_watts_than_the_limit_fail_and_short_overshoot_does_not()
    {
        var judgement = new Judgement(DiagnosticsCriteria.Default, H100);
        CheckVerdict Of(double watts) => judgement.UnderLoad(Sound with { PowerWatts = watts }).Single(line => line.Check == "power under load").Verdict;
        Assert.Equal((CheckVerdict.Passed, CheckVerdict.Failed), (Of(730), Of(800)));
    }

    [Theory]
    [InlineData(new double[] { 100, 100, 94 }, new[] { 2 })]
    [InlineData(new double[] { 100, 100, 95 }, new int[0])]
    [InlineData(new double[] { 100, 50 }, new int[0])]
    [InlineData(new double[] { 60, 100, 102, 98, 93 }, new[] { 0, 4 })]
    public void A_straggler_is_five_percent_below_the_median_of_three_or_more(double[] rates, int[] stragglers)
    {
        var compared = PeerComparison.Compared([.. rates.Select((rate, index) => Device($"cuda:{index}", H100, rate))], DiagnosticsCriteria.Default);
        Assert.Equal(stragglers, Enumerable.Range(0, rates.Length).Where(index => compared[index].Verdict == CheckVerdict.Failed));
    }

    [Fact]
    public void Only_devices_of_one_name_are_compared()
    {
        var compared = PeerComparison.Compared([Device("a", H100, 100), Device("b", H100, 100), Device("c", "NVIDIA H200", 10)], DiagnosticsCriteria.Default);
        Assert.All(compared, device => Assert.Single(device.Checks));
    }

    [Fact]
    public void Most_devices_are_never_stragglers() =>
        Gen.Double[1, 1e6].Array[3, 40].Sample(rates =>
        {
            var compared = PeerComparison.Compared([.. rates.Select((rate, index) => Device($"{index}", H100, rate))], DiagnosticsCriteria.Default);
            return compared.Count(device => device.Verdict == CheckVerdict.Failed) <= rates.Length / 2;
        });

    [Fact]
    public void Every_named_card_is_in_the_catalogue_and_every_figure_has_a_source()
    {
        var criteria = DiagnosticsCriteria.Default;
        Assert.All(criteria.Cards, card => Assert.NotNull(criteria.CardOf(card.Names[0])));
        foreach (var figure in new[] { criteria.BandwidthShare, criteria.StragglerShare, criteria.MemoryShare, criteria.DriverVersion })
            Assert.NotEmpty(criteria.SourceOf(figure));
        Assert.All(criteria.Slowdowns.SelectMany(slowdown => slowdown.Sources), key => Assert.Contains(key, criteria.Sources.Keys));
    }

    [SkippableTheory]
    [InlineData("managed:0")]
    [InlineData("cuda:0")]
    public async Task A_sound_device_passes_every_level(string id)
    {
        using var device = TestDevices.OpenDouble(id);
        var found = await new DeviceTest(device, TimeProvider.System) { LoadFor = TimeSpan.Zero }.RunAsync(3, default);
        Assert.True(found.Verdict == CheckVerdict.Passed, DiagnosisText.Of([found]));
        foreach (var check in (string[])[DiagnosticsPlan.Patterns, DiagnosticsPlan.Bandwidth, "fp32 matrix rate", "bf16 matrix rate", DiagnosticsPlan.FreeMemory, DiagnosticsPlan.Load])
            Assert.Equal(CheckVerdict.Passed, found.Checks.Single(line => line.Check == check).Verdict);
    }

    // Faults that poison the context are ordered in a process of their own (DiagnoseTests): their memory is never given back.
    [SkippableTheory]
    [InlineData("bit-flip", DiagnosticsPlan.Patterns, "words differ")]
    [InlineData("out-of-memory", DiagnosticsPlan.Patterns, "cuda-2")]
    public async Task A_fault_fails_its_line_and_the_rest_goes_on(string fault, string check, string why)
    {
        using var device = TestDevices.OpenDouble("cuda:0");
        TestDevices.OrderFault(fault);
        var found = await new DeviceTest(device, TimeProvider.System) { LoadFor = TimeSpan.Zero }.RunAsync(3, default);
        var failed = Assert.Single(found.Checks, line => line.Verdict == CheckVerdict.Failed);
        Assert.Equal(check, failed.Check);
        Assert.Contains(why, failed.Why, StringComparison.Ordinal);
        Assert.Equal(CheckVerdict.Passed, found.Checks.Single(line => line.Check == DiagnosticsPlan.Load).Verdict);
        Assert.StartsWith("FAILED: cuda:0.", DiagnosisText.Of([found]).Split('\n')[^1], StringComparison.Ordinal);
    }

    private static CheckResult Line(string name, CardReadings read, string check) =>
        new Judgement(DiagnosticsCriteria.Default, name).AtRest(read).Single(line => line.Check == check);

    private static DeviceDiagnosis Device(string id, string name, double rate) =>
        new(id, name, [new("fp32 matrix rate", "", "", CheckVerdict.Passed, "") { Rate = rate }]);
}
