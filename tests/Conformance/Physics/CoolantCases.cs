using ControlPlane.Domain.Units;
using ControlPlane.Facility.Conversion;
using ControlPlane.Facility.Cooling;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F07: what flows carry, and what pumps take.</summary>
internal static class CoolantCases
{
    private static readonly string[] Heat = ["P", "heat", "power", "load", "rack", "Q"];
    private static readonly string[] Flow = ["flow", "Vdot", "airflow", "V"];
    private static readonly string[] Rise = ["dT", "rise", "delta_T"];

    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "dT" or "rise" => FlowOf(inputs).RiseKelvin(inputs.Watts(Heat), FluidOf(inputs, false)),
        "T_out" or "T_return" => inputs.Quantity("T_in", "T_supply", "T_sup") + FlowOf(inputs).RiseKelvin(inputs.Watts(Heat), FluidOf(inputs, false)),
        "m3_s" => Needed(inputs).CubicMetresPerSecond,
        "cfm" => Needed(inputs).CubicFeetPerMinute,
        "lpm" => Needed(inputs).LitresPerMinute,
        "flow" or "Vdot" or "airflow" => Needed(inputs).CubicMetresPerSecond,
        "lpm_per_kw" => Needed(inputs).LitresPerMinute / inputs.Watts(Heat).Kilowatts,
        "kg_s" or "kg_per_s" => Needed(inputs).CubicMetresPerSecond * FluidOf(inputs, !inputs.Has("flow_lpm")).KilogramsPerCubicMetre,
        "P" or "heat" or "power" => inputs.Has(Rise) ? FlowOf(inputs).Heat(inputs.Quantity(Rise), FluidOf(inputs, false)).Value : throw new UnknownExpectationException(expectation),
        "pump_power_ratio" or "power_ratio" or "pump_ratio" or "P_ratio" or "pump_power_fraction" or "fan_power_ratio" or "power_fraction" => Affinity.PowerShare(FlowShare(inputs)),
        "pump" or "P_pump" or "pump_power" or "fan" or "P_fan" => PumpAtFull(inputs) * Affinity.PowerShare(FlowShare(inputs)),
        "pump_saved" or "saved" => PumpAtFull(inputs) * (1 - Affinity.PowerShare(FlowShare(inputs))),
        "power_saved_fraction" or "pump_saving" or "saving" or "savings" => 1 - Affinity.PowerShare(FlowShare(inputs)),
        "hydraulic" or "hydraulic_power" or "pump_hydraulic" or "P_hydraulic" => FlowOf(inputs).HydraulicWatts(Pascals(inputs)),
        "pressure_ratio" or "dp_ratio" => Affinity.PressureShare(FlowShare(inputs)),
        "flow_ratio" => Affinity.FlowShare(inputs.Quantity("power_ratio", "pump_power_ratio")),
        "within_10K" or "ok" or "within_limit" => FlowOf(inputs).RiseKelvin(inputs.Watts(Heat), FluidOf(inputs, false)) <= (inputs.QuantityOrNone("dT_limit", "dT_max", "limit") ?? 10),
        _ => throw new UnknownExpectationException(expectation),
    };

    private static double Pascals(CaseInputs inputs)
    {
        const double PascalsPerPsi = 6894.757293168;
        return inputs.PlainOrNone("psi", "dp_psi") * PascalsPerPsi ?? inputs.PlainOrNone("dp_kpa", "kpa") * 1000 ?? inputs.Plain("dp_pa", "pa");
    }

    private static double PumpAtFull(CaseInputs inputs) =>
        inputs.Quantity("P_pump", "pump", "P_pump_nominal", "pump_nominal", "pump_full", "P_full", "P1", "pump_rated", "P_nominal", "fan", "P0", "P_rated", "P");

    private static double FlowShare(CaseInputs inputs)
    {
        if (inputs.QuantityOrNone("flow_ratio", "flow_fraction", "speed_ratio", "ratio", "flow_share", "speed", "speed_fraction") is { } share)
            return share;
        var now = inputs.Quantity("flow_new", "flow2", "flow_2", "new_flow", "flow_after", "flow");
        return now / inputs.Quantity("flow_nominal", "flow1", "flow_1", "nominal_flow", "flow_old", "flow_before", "flow_full", "flow0", "rated_flow");
    }

    private static FluidFlow FlowOf(CaseInputs inputs)
    {
        if (inputs.QuantityOrNone(Flow) is { } flow)
            return FluidFlow.FromCubicMetresPerSecond(flow);
        if (inputs.PlainOrNone("m3_s", "m3_per_s") is { } cubic)
            return FluidFlow.FromCubicMetresPerSecond(cubic);
        if (inputs.PlainOrNone("cfm") is { } feet)
            return FluidFlow.FromCubicFeetPerMinute(feet);
        return FluidFlow.FromLitresPerMinute(inputs.PlainOrNone("lpm") ?? inputs.Plain("lpm_per_kw", "flow_lpm_per_kw") * inputs.Watts(Heat).Kilowatts);
    }

    private static FluidFlow Needed(CaseInputs inputs)
    {
        if (inputs.Has(Rise))
            return FluidFlow.For(inputs.Watts(Heat), inputs.Quantity(Rise), FluidOf(inputs, true));
        return FlowOf(inputs);
    }

    private static Fluid FluidOf(CaseInputs inputs, bool isAir)
    {
        var usual = inputs.TextOrNone("fluid", "medium", "coolant") switch
        {
            "air" => Fluid.Air,
            "water" => Fluid.Water,
            _ => isAir && !inputs.Has("flow_lpm", "lpm") ? Fluid.Air : Fluid.Water,
        };
        return new Fluid(
            inputs.QuantityOrNone("rho", "density") ?? usual.KilogramsPerCubicMetre, inputs.QuantityOrNone("cp", "specific_heat") ?? usual.JoulesPerKilogramKelvin);
    }
}
