using System.Text.Json;
using System.Text.Json.Serialization;
using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Conversion;

/// <summary>The chassis whose figures ship with the product (<c>chassis.json</c>).</summary>
public static class ChassisProfiles
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    private static readonly Lazy<IReadOnlyList<ChassisProfile>> Embedded = new(Load);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ChassisProfile> All => Embedded.Value;

    /// <summary>The chassis of that name, or null.</summary>
    public static ChassisProfile? Find(string name) =>
        All.FirstOrDefault(profile => profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static IReadOnlyList<ChassisProfile> Load()
    {
        using var stream = typeof(ChassisProfiles).Assembly.GetManifestResourceStream("chassis.json")!;
        var file = JsonSerializer.Deserialize<ChassisFile>(stream, Options)!;
        return [.. file.Chassis.Select(row => row.Profile(file))];
    }

    private sealed record ChassisFile(string Source, double LeastFanSpeed, double MostFanSpeed, double Pue, IReadOnlyList<ChassisRow> Chassis);

    private sealed record ChassisRow(
        string Name, double FixedWatts, double NetworkWatts, double FanWatts, double FullCoolingWatts, double SupplyWatts)
    {
        public ChassisProfile Profile(ChassisFile file) => new(
            Name, Watts.FromWatts(FixedWatts + NetworkWatts),
            new FanBank(Watts.FromWatts(FanWatts), Watts.FromWatts(FullCoolingWatts), file.LeastFanSpeed, file.MostFanSpeed),
            new PowerSupply(Watts.FromWatts(SupplyWatts), PowerSupply.Titanium), PowerUsage.Constant(file.Pue), file.Source);
    }
}
