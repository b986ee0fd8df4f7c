using ControlPlane.Domain.Manifests;
using ControlPlane.Domain.Units;
using CsCheck;

namespace ControlPlane.Domain.Tests;

/// <summary>Declared objects survive being written and read, whatever they hold.</summary>
public class FacilityRoundTripTests
{
    private static readonly Gen<string> Name = Gen.Char['a', 'z'].Array[1, 20].Select(letters => new string(letters));

    /// <summary>Texts that YAML would take for something else, unless they are quoted.</summary>
    private static readonly Gen<string> Text = Gen.Frequency(
        (3, AnyOf("true", "no", "~", "null", "0x1F", "1e3", "12:30", "- a", "# a", "a: b", "{a}", "'a'", "\"", " a ", "a\nb", "é", "<<", "*a", "&a", "!a", "%a", "|", "=")),
        (1, Name));

    private static readonly Gen<Watts> Power = Gen.Long[1_000, 10_000_000_000_000].Select(Watts.FromMilliwatts);

    private static readonly Gen<GigabitsPerSecond> Rate = Gen.Long[1_000, 1_000_000_000_000].Select(GigabitsPerSecond.FromMegabits);

    private static readonly Gen<(string Kind, object Spec)> Objects = Gen.OneOf(
        Gen.Select(Text, Text, (law, grid) => ("Site", (object)new SiteSpec { Jurisdiction = law, GridRegion = grid })),
        Gen.Select(Name, AnyOf("feed", "ups", "pdu", "busway"), Gen.Null(Name), Power, Gen.Double[0.1, 1], (hall, type, parent, rating, share) =>
            ("PowerDomain", (object)new PowerDomainSpec { Hall = hall, Type = type, Parent = parent, Rating = rating, ContinuousShare = share })),
        Gen.Select(Name, AnyOf("liquid", "air"), Power, Gen.Double[0, 60], (hall, type, capacity, supply) =>
            ("CoolingLoop", (object)new CoolingLoopSpec { Hall = hall, Type = type, Capacity = capacity, SupplyTemperature = Celsius.FromDegrees(Math.Round(supply, 4)) })),
        Gen.Select(Name, Gen.Int[1, 1000], Rate, Gen.Int[1, 1000], Gen.Bool, (hall, racks, uplink, leaves, isBounded) =>
            ("Fabric", (object)new FabricSpec { Hall = hall, Type = "ethernet", RacksPerLeaf = racks, LeafUplink = uplink, LeavesPerSpine = leaves, SpineUplink = isBounded ? uplink : null })),
        Gen.Select(Name, Text, Gen.Int[1, 5000], Gen.Int[1, 1000], Gen.Null(Name), Gen.Bool, (hall, type, count, row, optional, isAgents) =>
            ("Rack", (object)new RackSpec
            {
                Hall = hall,
                Type = type,
                Count = count,
                Row = row,
                PowerDomain = hall,
                PowerLimit = isAgents ? Watts.FromWatts(count) : null,
                LiquidLoop = optional,
                AirZone = optional,
                Fabric = optional,
                Devices = isAgents ? "agent" : "simulated",
            })),
        Gen.Select(Gen.Null(Name), Gen.Double[0, 1e7], Gen.Bool, (parent, limit, isBounded) =>
            ("Queue", (object)new QueueSpec { Parent = parent, LimitGpus = isBounded ? limit : null })));

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    [Fact]
    public void An_object_written_as_JSON_or_YAML_is_read_back_equal() => Gen.Select(Name, Objects, (name, item) => (name, item.Kind, item.Spec)).Sample(item =>
    {
        var manifest = new Manifest(item.Kind, item.name, item.Spec, new ManifestOrigin("", System.Collections.Immutable.ImmutableDictionary<string, (int, int)>.Empty));
        foreach (var text in (string[])[ManifestWriter.ToJson(manifest).ToJsonString(), ManifestWriter.ToYaml(manifest)])
        {
            var reading = ManifestReader.Read(text, "back");
            Assert.True(reading.Errors.IsEmpty, $"{string.Join("; ", reading.Errors)}{Environment.NewLine}{text}");
            Assert.Equal((item.Kind, item.name), (reading.Manifests[0].Kind, reading.Manifests[0].Name));
            Assert.Equal(item.Spec, reading.Manifests[0].Spec);
        }
    }, iter: 500);
}
