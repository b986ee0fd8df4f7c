using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Conversion;
using ControlPlane.Facility.Curves;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F03: what is lost between the meter and the chips.</summary>
internal static class ConversionCases
{
    private static readonly string[] Output = ["P_out", "out", "P_dc", "dc", "output", "node", "P"];

    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "node_dc" or "node" => Node(inputs).Value,
        "node_with_sivoc" => Machine(inputs).BehindConverter(Node(inputs)).Value,
        "rectifier" => Machine(inputs).RectifierInput(Node(inputs)).Value,
        "chassis" => Machine(inputs).Chassis(Node(inputs)).Value,
        "rack" => Machine(inputs).Rack(Node(inputs)).Value,
        "system" => Machine(inputs).System(Node(inputs)).Value,
        "pre_fan_dc" => Chassis(inputs).BeforeFansWatts,
        "pwm" => inputs.Has("profile") ? Chassis(inputs).FanSpeed : inputs.Plain("pwm"),
        "fan" => inputs.Has("profile") ? Chassis(inputs).FanWatts : inputs.Quantity("fan_max", "fan_full", "P_fan_max", "fan_nameplate") * FanShare(inputs),
        "fan_ratio" or "power_ratio" or "fan_power_ratio" => FanShare(inputs),
        "dc" => Chassis(inputs).DirectWatts,
        "psu_efficiency" => inputs.Has("profile") ? Chassis(inputs).Efficiency : Efficiency(inputs),
        "psu_loss" => Chassis(inputs).AlternatingWatts - Chassis(inputs).DirectWatts,
        "chassis_ac" => Chassis(inputs).AlternatingWatts,
        "facility" or "P_facility" or "meter" or "facility_power" => inputs.Has("profile") ? Chassis(inputs).FacilityWatts : AtMeter(inputs),
        "overhead" => AtMeter(inputs) - Equipment(inputs).Value,
        "pue" => (inputs.QuantityOrNone("P_facility", "facility", "meter") is { } meter ? meter : AtMeter(inputs)) / Equipment(inputs).Value,
        "efficiency" or "eff" => Efficiency(inputs),
        "P_in" or "in" or "input" or "P_ac" or "ac" => Input(inputs),
        "loss" or "losses" or "P_loss" => Input(inputs) - inputs.Quantity(Output),
        _ => throw new UnknownExpectationException(expectation),
    };

    private static Watts Node(CaseInputs inputs)
    {
        CheckConfiguration(inputs);
        if (inputs.WattsOrNone("node_dc", "node") is { } stated)
            return stated;
        var idle = inputs.CaseId.Contains("idle", StringComparison.OrdinalIgnoreCase) ? 0.0 : 1.0;
        return NodeModel.Frontier.At(
            inputs.PlainOrNone("cpu_util", "cpu_utilisation", "cpu_utilization", "util") ?? idle,
            inputs.PlainOrNone("gpu_util", "gpu_utilisation", "gpu_utilization", "util") ?? idle);
    }

    private static StagedSystem Machine(CaseInputs inputs)
    {
        CheckConfiguration(inputs);
        var usual = StagedSystem.Frontier;
        return usual with
        {
            Racks = inputs.CountOrNone("racks") ?? usual.Racks,
            ChassisPerRack = inputs.CountOrNone("chassis_per_rack") ?? usual.ChassisPerRack,
            BladesPerChassis = inputs.CountOrNone("blades_per_chassis") ?? usual.BladesPerChassis,
            NodesPerBlade = inputs.CountOrNone("nodes_per_blade") ?? usual.NodesPerBlade,
            RectifiersPerChassis = inputs.CountOrNone("rectifiers_per_chassis") ?? usual.RectifiersPerChassis,
            SwitchesPerChassis = inputs.CountOrNone("switches_per_chassis") ?? usual.SwitchesPerChassis,
            Switch = inputs.WattsOrNone("switch") ?? usual.Switch,
            CoolingUnits = inputs.CountOrNone("cdus") ?? usual.CoolingUnits,
            CoolingUnit = inputs.WattsOrNone("cdu") ?? usual.CoolingUnit,
            Converter = Stated(inputs, "sivoc") ?? usual.Converter,
            Rectifier = Stated(inputs, "rectifier") ?? usual.Rectifier,
        };
    }

    private static void CheckConfiguration(CaseInputs inputs)
    {
        if (inputs.TextOrNone("config", "system") is { } name && name != "frontier")
            throw new CaseException($"the machine '{name}' is not known");
    }

    private static LossStage? Stated(CaseInputs inputs, string stage) =>
        (inputs.Node(stage) ?? inputs.Stated("parameters", "frontier", stage)) is JsonArray pair ? Stage(pair, stage) : null;

    private static LossStage Stage(JsonArray pair, string name) =>
        new(Watts.FromWatts(CaseInputs.Number(pair[0], name)), CaseInputs.Number(pair[1], name));

    private static ChassisPower Chassis(CaseInputs inputs)
    {
        var name = inputs.Text("profile", "hardware");
        var profile = ChassisProfiles.Find(name) ?? throw new CaseException($"the profile '{name}' is not known");
        if (inputs.PlainOrNone("pue") is { } pue)
            profile = profile with { Pue = PowerUsage.Constant(pue) };
        return profile.At(inputs.Watts("gpu_w_total", "gpu", "gpus", "gpu_total"));
    }

    private static double FanShare(CaseInputs inputs) =>
        Affinity.PowerShare(inputs.QuantityOrNone("pwm", "speed", "speed_ratio", "flow_ratio", "flow", "pwm_ratio")
            ?? inputs.Plain("pwm_2", "pwm2") / inputs.Plain("pwm_1", "pwm1"));

    private static double Efficiency(CaseInputs inputs) => inputs.PlainOrNone("load_fraction", "load_ratio") is { } fraction
        ? Curve(inputs).At(fraction)
        : Supply(inputs).Efficiency(inputs.Quantity(Output));

    private static PowerSupply Supply(CaseInputs inputs) => new(inputs.Watts("capacity", "rated", "psu_capacity", "P_rated"), Curve(inputs));

    private static MeasuredCurve Curve(CaseInputs inputs)
    {
        var points = inputs.Node("curve", "psu_curve", "efficiency_curve");
        if (points is not JsonArray)
            points = inputs.Stated("parameters", "psu_curve");
        return points is JsonArray list
            ? new MeasuredCurve(list.Select(point => CaseInputs.Numbers(point!, "curve")).Select(pair => (pair[0], pair[1])))
            : PowerSupply.Titanium;
    }

    private static double Input(CaseInputs inputs)
    {
        var output = inputs.Quantity(Output);
        if (inputs.Node("stages") is JsonArray stages)
            return stages.Aggregate(output, (power, stage) => StageOf(inputs, stage).InputWatts(power));
        if (inputs.TextOrNone("stage") is { } named)
            return (Stated(inputs, named) ?? throw new CaseException($"the stage '{named}' is not known")).InputWatts(output);
        if (inputs.PlainOrNone("eff", "efficiency") is { } efficiency)
            return new LossStage(Watts.FromWatts(inputs.QuantityOrNone("loss_const", "loss_constant", "constant_loss", "loss") ?? 0), efficiency).InputWatts(output);
        return output / Supply(inputs).Efficiency(output);
    }

    private static LossStage StageOf(CaseInputs inputs, JsonNode? stage) => stage switch
    {
        JsonArray pair => Stage(pair, "stages"),
        JsonObject fields => new LossStage(
            Watts.FromWatts(CaseInputs.Number(fields["loss_const_w"] ?? fields["loss_w"] ?? 0, "stages")), CaseInputs.Number(fields["eff"] ?? fields["efficiency"], "stages")),
        _ => Stated(inputs, stage?.ToString() ?? "") ?? throw new CaseException($"the stage '{stage}' is not known"),
    };

    private static Watts Equipment(CaseInputs inputs) => inputs.Watts("P_it", "it", "it_load", "it_power", "P");

    private static double AtMeter(CaseInputs inputs)
    {
        var pue = inputs.TextOrNone("pue");
        var cooling = inputs.TextOrNone("cooling") ?? pue;
        var usage = double.TryParse(pue, System.Globalization.CultureInfo.InvariantCulture, out var ratio) ? PowerUsage.Constant(ratio) : cooling switch
        {
            "air" => PowerUsage.Air,
            "direct_liquid" or "liquid" => PowerUsage.DirectLiquid,
            _ => throw new CaseException($"the cooling '{cooling}' is not known"),
        };
        return Equipment(inputs).Value * usage.Ratio(Equipment(inputs));
    }
}
