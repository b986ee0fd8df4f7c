using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility;
using ControlPlane.Facility.Cooling;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F06: temperatures of lumped masses, and how long they last without cooling.</summary>
internal static class ThermalCases
{
    private static readonly string[] Heat = ["P", "power", "heat", "Q", "load"];
    private static readonly string[] Coolant = ["T_cool", "T_coolant", "T_sup", "T_supply", "T_inlet", "T_in"];
    private static readonly string[] Limit = ["T_limit", "T_max", "limit"];
    private static readonly string[] Start = ["T0", "T_0", "T_start"];

    public static object? Answer(string expectation, CaseInputs inputs)
    {
        inputs.Remark("gpu", "part");
        return expectation switch
        {
            "T_ss" or "T_steady" or "T_settled" or "T_die" or "T_steady_state" => Mass(inputs).Settled(inputs.Watts(Heat), inputs.Celsius(Coolant)).Value,
            "T" or "T_t" or "T_after" or "T_end" or "T_at_t" or "T_final" => After(inputs),
            "dT_dt" or "rate" => Capacity(inputs).KelvinPerSecond(inputs.Watts(Heat)),
            "time_to_limit" or "ride_through" or "time" or "t_limit" or "time_to_rise" => TimeToLimit(inputs),
            "tau" or "time_constant" => inputs.Quantity("R") * Joules(inputs),
            "rise" or "dT" => Mass(inputs).Settled(inputs.Watts(Heat), Celsius.FromDegrees(0)).Value,
            "headroom" or "margin" => inputs.Quantity(Limit) - Mass(inputs).Settled(inputs.Watts(Heat), inputs.Celsius(Coolant)).Value,
            "P_max" or "max_power" or "power_limit" => (inputs.Quantity(Limit) - inputs.Quantity(Coolant)) / inputs.Quantity("R"),
            "power_reduction" or "P_reduction" or "watts_to_shed" or "P_shed" or "shed" or "power_cut" or "cap_reduction" =>
                inputs.Quantity("dT", "rise", "inlet_rise", "delta_T", "dT_inlet", "inlet_shift", "dT_in", "inlet_delta") / inputs.Quantity("R"),
            "state" => DieThresholds.A100Sxm80.At(inputs.Celsius("T", "die", "T_die")).ToString().ToLowerInvariant(),
            "slowdown" or "throttles" => DieThresholds.A100Sxm80.At(inputs.Celsius("T", "die", "T_die")) >= DieState.Throttled,
            "shutdown" => DieThresholds.A100Sxm80.At(inputs.Celsius("T", "die", "T_die")) == DieState.Off,
            "C" or "heat_capacity" => Joules(inputs),
            "exceeds" or "over_limit" => Mass(inputs).Settled(inputs.Watts(Heat), inputs.Celsius(Coolant)) > inputs.Celsius(Limit),
            _ => throw new UnknownExpectationException(expectation),
        };
    }

    // Without a capacity only the settled temperature is asked for: any capacity leads there.
    private static ThermalMass Mass(CaseInputs inputs) =>
        new(inputs.QuantityOrNone("C") ?? ThermalMass.ColdPlate.JoulesPerKelvin, inputs.Quantity("R"));

    private static double Joules(CaseInputs inputs) => Capacity(inputs).JoulesPerKelvin;

    private static HeatCapacity Capacity(CaseInputs inputs)
    {
        if (inputs.QuantityOrNone("C") is { } joules)
            return new HeatCapacity(joules);
        var specific = inputs.QuantityOrNone("cp", "cp_j_per_kg_k", "specific_heat");
        if (inputs.QuantityOrNone("air", "room", "volume", "V") is { } room)
            return HeatCapacity.OfRoom(room, new Fluid(inputs.QuantityOrNone("rho", "density") ?? Fluid.Air.KilogramsPerCubicMetre, specific ?? Fluid.Air.JoulesPerKilogramKelvin));
        var mass = inputs.QuantityOrNone("coolant", "mass", "m", "coolant_mass", "loop", "water")
            ?? inputs.Plain("coolant_l", "volume_l", "loop_l") / 1000 * (inputs.QuantityOrNone("rho") ?? Fluid.Water.KilogramsPerCubicMetre);
        return HeatCapacity.OfLoop(mass, new Fluid(Fluid.Water.KilogramsPerCubicMetre, specific ?? Fluid.Water.JoulesPerKilogramKelvin));
    }

    private static double After(CaseInputs inputs)
    {
        var (start, heat, time) = (inputs.Celsius([.. Start, .. Coolant]), inputs.Watts(Heat), TimeSpan.FromSeconds(inputs.Quantity("t", "time", "duration", "dt")));
        return inputs.Has("R")
            ? new ThermalMass(Joules(inputs), inputs.Quantity("R")).After(start, heat, inputs.Celsius(Coolant), time).Value
            : Capacity(inputs).After(start, heat, time).Value;
    }

    private static double TimeToLimit(CaseInputs inputs)
    {
        var heat = inputs.Watts(Heat);
        if (inputs.QuantityOrNone("rise_allowed", "rise", "dT_allowed", "dT", "allowed_rise", "margin") is { } rise)
            return Capacity(inputs).SecondsToRise(heat, rise);
        var (start, limit) = (inputs.Celsius(Start), inputs.Celsius(Limit));
        if (inputs.Has("R") && inputs.Has(Coolant))
            return new ThermalMass(Joules(inputs), inputs.Quantity("R")).SecondsUntil(start, limit, heat, inputs.Celsius(Coolant));
        return Capacity(inputs).SecondsToRise(heat, Math.Max(0, limit.Value - start.Value));
    }
}
