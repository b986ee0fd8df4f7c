using System.Text.Json;
using System.Text.Json.Serialization;
using ControlPlane.Domain.Halls;

namespace ControlPlane.Domain.Catalogue;

/// <summary>A figure and where it comes from.</summary>
/// <param name="Value">The figure, in the unit that its field's name states.</param>
/// <param name="Sources">Keys into <see cref="HardwareCatalogue.Sources"/>.</param>
/// <param name="Note">How it was derived, or null.</param>
public sealed record Figure(double Value, IReadOnlyList<string> Sources, string? Note = null);

/// <summary>A GPU model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Vendor">Who makes it.</param>
/// <param name="LimitWatts">Default power limit.</param>
/// <param name="IdleWatts">Draw when nothing runs.</param>
/// <param name="MinimumLimitWatts">Lowest power limit it accepts, or null when unknown.</param>
/// <param name="MemoryGigabytes">Memory, 10^9 bytes.</param>
/// <param name="MemoryTerabytesPerSecond">Memory bandwidth, or null when unknown.</param>
/// <param name="Bf16DenseTeraflops">Dense bf16 rate, or null when unknown.</param>
/// <param name="SlowdownCelsius">Die temperature at which it throttles.</param>
public sealed record GpuModel(
    string Name, string Vendor, Figure LimitWatts, Figure IdleWatts, Figure? MinimumLimitWatts, Figure MemoryGigabytes,
    Figure? MemoryTerabytesPerSecond, Figure? Bf16DenseTeraflops, Figure SlowdownCelsius)
{
    /// <summary>How it can be cut into instances that hardware keeps apart, or null when it cannot.</summary>
    public MigTable? Mig { get; init; }

    /// <summary>The power limit at which it does most for a watt, as published; null where only a curve tells, or nothing.</summary>
    public Figure? EfficientLimitWatts { get; init; }
}

/// <summary>The MIG instances of a GPU model.</summary>
/// <param name="MemorySlices">Memory slices of the whole GPU.</param>
/// <param name="Sources">Keys into <see cref="HardwareCatalogue.Sources"/>.</param>
/// <param name="Profiles">The kinds of instances.</param>
public sealed record MigTable(int MemorySlices, IReadOnlyList<string> Sources, IReadOnlyList<MigTableProfile> Profiles)
{
    /// <summary>The same as halls hold it.</summary>
    public MigGeometry ToGeometry() => new(
        MemorySlices,
        Profiles.Select(profile => new MigProfile(profile.Name, profile.Compute, profile.Memory, profile.Starts.ToValueList())).ToValueList());
}

/// <summary>One kind of MIG instance.</summary>
/// <param name="Name">Such as <c>2g.20gb</c>.</param>
/// <param name="Compute">Compute slices.</param>
/// <param name="Memory">Memory slices.</param>
/// <param name="Starts">Memory slices at which it may begin.</param>
public sealed record MigTableProfile(string Name, int Compute, int Memory, IReadOnlyList<int> Starts);

/// <summary>A node type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Gpu">Its GPU model.</param>
/// <param name="Gpus">How many GPUs.</param>
/// <param name="BaseWatts">Most that everything but the GPUs draws.</param>
/// <param name="CpuCores">CPU cores.</param>
/// <param name="MemoryGibibytes">Host memory.</param>
/// <param name="NetworkGigabitsPerGpu">Scale-out bandwidth of each GPU's adapter; 0 when there is none.</param>
/// <param name="NvlinkScope">node or rack: what one NVLink domain spans.</param>
public sealed record NodeType(
    string Name, string Gpu, Figure Gpus, Figure BaseWatts, Figure CpuCores, Figure MemoryGibibytes,
    Figure NetworkGigabitsPerGpu, string NvlinkScope);

/// <summary>A rack type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Node">Its node type.</param>
/// <param name="Nodes">How many nodes.</param>
/// <param name="LimitWatts">Most the rack's power supply carries.</param>
/// <param name="OverheadWatts">Draw of switch trays and shelves.</param>
/// <param name="LiquidShare">Share of its heat that leaves by liquid, 0 to 1.</param>
public sealed record RackType(
    string Name, string Node, Figure Nodes, Figure LimitWatts, Figure OverheadWatts, Figure LiquidShare);

/// <summary>GPU, node and rack types with the source of every figure.</summary>
/// <param name="Sources">Citations by key.</param>
/// <param name="Gpus">GPU models.</param>
/// <param name="Nodes">Node types.</param>
/// <param name="Racks">Rack types.</param>
public sealed record HardwareCatalogue(
    IReadOnlyDictionary<string, string> Sources, IReadOnlyList<GpuModel> Gpus, IReadOnlyList<NodeType> Nodes,
    IReadOnlyList<RackType> Racks)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = false,
        RespectNullableAnnotations = true,
    };

    private static readonly Lazy<HardwareCatalogue> Embedded = new(Load);

    /// <summary>The catalogue that ships with the product.</summary>
    public static HardwareCatalogue Default => Embedded.Value;

    /// <summary>The GPU model of that name, or null.</summary>
    public GpuModel? Gpu(string name) => Gpus.FirstOrDefault(gpu => gpu.Name == name);

    /// <summary>The node type of that name, or null.</summary>
    public NodeType? Node(string name) => Nodes.FirstOrDefault(node => node.Name == name);

    /// <summary>The rack type of that name, or null.</summary>
    public RackType? Rack(string name) => Racks.FirstOrDefault(rack => rack.Name == name);

    private static HardwareCatalogue Load()
    {
        using var stream = typeof(HardwareCatalogue).Assembly.GetManifestResourceStream("catalogue.json")!;
        return JsonSerializer.Deserialize<HardwareCatalogue>(stream, Options)!;
    }
}
