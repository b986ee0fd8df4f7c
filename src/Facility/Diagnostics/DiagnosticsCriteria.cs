using System.Text.Json;
using ControlPlane.Domain.Catalogue;

namespace ControlPlane.Facility.Diagnostics;

/// <summary>What devices must come to, and how much work tests them: data, every figure with its source (<c>criteria.json</c>).</summary>
/// <param name="Sources">What the figures' sources stand for.</param>
/// <param name="BandwidthShare">Share of its rated memory bandwidth that a card must reach, 0 to 1.</param>
/// <param name="StragglerShare">How far below the median of its like a device counts as slow, 0 to 1.</param>
/// <param name="MemoryShare">Share of its rated memory that a card must show, 0 to 1.</param>
/// <param name="DriverVersion">The oldest driver that does: 1000 * major + 10 * minor of its CUDA version.</param>
/// <param name="PcieReplaysPerMinute">How many PCIe packets may be sent again in a minute.</param>
/// <param name="NvLinkCrcErrorsPerSecond">How many checksum errors a second NVLinks may have; they cost time, not data.</param>
/// <param name="Slowdowns">Reasons for lowered clocks.</param>
/// <param name="Cards">Models of the hardware catalogue by the names that drivers give them.</param>
/// <param name="Workloads">Sizes of the tests by the beginning of a device's name; the first that fits.</param>
public sealed record DiagnosticsCriteria(
    IReadOnlyDictionary<string, string> Sources, Figure BandwidthShare, Figure StragglerShare, Figure MemoryShare, Figure DriverVersion,
    Figure PcieReplaysPerMinute, Figure NvLinkCrcErrorsPerSecond,
    IReadOnlyList<Slowdown> Slowdowns, IReadOnlyList<NamedCard> Cards, IReadOnlyList<DiagnosticsWorkload> Workloads)
{
    private static readonly Lazy<DiagnosticsCriteria> Embedded = new(Read);

    /// <summary>The criteria that the product comes with.</summary>
    public static DiagnosticsCriteria Default => Embedded.Value;

    /// <summary>The catalogue's figures for a device; null when its name stands for no model, and then no rate of it is judged.</summary>
    /// <param name="name">What the driver calls the device.</param>
    public GpuModel? CardOf(string name) =>
        NamedCardOf(name) is { } card ? HardwareCatalogue.Default.Gpu(card.Model) : null;

    /// <summary>The line of the cards that a device's name stands for; null for none.</summary>
    /// <param name="name">What the driver calls the device.</param>
    public NamedCard? NamedCardOf(string name) => Cards.FirstOrDefault(card => card.Names.Contains(name, StringComparer.Ordinal));

    /// <summary>How much work tests a device.</summary>
    /// <param name="name">What the driver calls the device.</param>
    public DiagnosticsWorkload WorkloadOf(string name) =>
        Workloads.First(workload => workload.Names.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The sources of a figure in words.</summary>
    public string SourceOf(Figure figure)
    {
        ArgumentNullException.ThrowIfNull(figure);
        return string.Join("; ", figure.Sources.Select(key => Sources[key]));
    }

    private static DiagnosticsCriteria Read()
    {
        using var stream = typeof(DiagnosticsCriteria).Assembly.GetManifestResourceStream("criteria.json")!;
        return JsonSerializer.Deserialize<DiagnosticsCriteria>(stream, JsonSerializerOptions.Web)!;
    }
}

/// <summary>A reason for which a card lowers its clocks.</summary>
/// <param name="Bit">Its bit among NVML's reasons, from 0.</param>
/// <param name="Name">What it is.</param>
/// <param name="IsFault">True for what a sound card in a sound rack does not show: heat, or power that fails.</param>
/// <param name="Sources">Keys into the criteria's sources.</param>
public sealed record Slowdown(int Bit, string Name, bool IsFault, IReadOnlyList<string> Sources);

/// <summary>A model of the hardware catalogue, as drivers name it.</summary>
/// <param name="Model">The catalogue's name.</param>
/// <param name="Names">What drivers call it, whole names: an "H200 NVL" is not an "H200".</param>
/// <param name="NvLinks">NVLinks that it has.</param>
/// <param name="Sources">Keys into the criteria's sources, for the links.</param>
public sealed record NamedCard(string Model, IReadOnlyList<string> Names, int NvLinks, IReadOnlyList<string> Sources);

/// <summary>Sizes of the tests on one kind of device.</summary>
/// <param name="Names">Beginnings of the devices' names.</param>
/// <param name="MemoryBytes">Memory under patterns at level 2.</param>
/// <param name="MostMemoryBytes">At most so much of the free memory at level 3.</param>
/// <param name="Walks">Steps of the walking one, 0 to 32.</param>
/// <param name="TriadElements">Single-precision numbers in each of the triad's three vectors: more than caches hold.</param>
/// <param name="Matrix">Rows and columns of the matrix products.</param>
/// <param name="Repetitions">How often each is measured; the median counts.</param>
/// <param name="BurnMatrix">Rows and columns of the product that heats.</param>
/// <param name="BurnRounds">Products of one repetition under load.</param>
public sealed record DiagnosticsWorkload(
    IReadOnlyList<string> Names, long MemoryBytes, long MostMemoryBytes, int Walks, long TriadElements, int Matrix, int Repetitions,
    int BurnMatrix, int BurnRounds);
