using System.Text.Json.Nodes;
using ControlPlane.Domain.Manifests;

namespace ControlPlane.Simulation.Events;

/// <summary>Halls for runs of which nobody has declared one.</summary>
public static class TwinHalls
{
    // GPUs of a DGX-H100-x4.
    private const int RackGpus = 32;

    // More than four nodes at their nameplate of 10.2 kW draw.
    private const int RackKilowatts = 50;

    /// <summary>
    /// Manifests of a hall named <c>hall</c>: racks of four DGX H100, eight racks a leaf, with feed and
    /// air for all of them at nameplate and trunks that block nothing.
    /// </summary>
    /// <param name="gpus">At least so many GPUs, 1 or more: whole racks.</param>
    public static IReadOnlyList<JsonObject> Dgx(int gpus)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(gpus, 1);
        var racks = ((gpus - 1) / RackGpus) + 1;
        var power = $"{racks * RackKilowatts}kW";
        return
        [
            Declared("Site", "site", new JsonObject { ["jurisdiction"] = "none" }),
            Declared("Hall", "hall", new JsonObject { ["site"] = "site" }),
            Declared("PowerDomain", "feed", new JsonObject { ["hall"] = "hall", ["type"] = "feed", ["rating"] = power }),
            Declared("CoolingLoop", "air", new JsonObject { ["hall"] = "hall", ["type"] = "air", ["capacity"] = power, ["supplyTemperature"] = "24C" }),
            Declared("Fabric", "fabric", new JsonObject { ["hall"] = "hall", ["type"] = "infiniband", ["racksPerLeaf"] = 8, ["leafUplink"] = "102.4Tbps", ["leavesPerSpine"] = 8 }),
            Declared("Rack", "rack", new JsonObject { ["hall"] = "hall", ["type"] = "DGX-H100-x4", ["count"] = racks, ["powerDomain"] = "feed", ["airZone"] = "air", ["fabric"] = "fabric" }),
        ];
    }

    private static JsonObject Declared(string kind, string name, JsonObject spec) => new()
    {
        ["apiVersion"] = ManifestKinds.ApiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = spec,
    };
}
