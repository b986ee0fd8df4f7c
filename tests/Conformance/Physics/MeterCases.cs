using ControlPlane.Domain.Units;
using ControlPlane.Facility.Conversion;
using ControlPlane.Facility.Grid;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F12: reductions that are promised on the equipment and counted at the meter.</summary>
internal static class MeterCases
{
    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "baseline_meter" or "meter_base" or "P_meter_base" or "meter_baseline" or "baseline" or "meter_before" or "P_meter_before" or "facility_before" => Before(inputs).Value,
        "meter" or "P_meter" or "meter_after" or "P_meter_after" or "facility_after" or "meter_power" => After(inputs).Value,
        "target" or "meter_target" or "target_meter" => Promise(inputs).Target.Value,
        "delivered" or "delivered_meter" or "reduction" or "meter_reduction" => Promise(inputs).Delivered(After(inputs)).Value,
        "delivered_fraction" or "meter_reduction_fraction" or "reduction_fraction" or "meter_cut_fraction" => Promise(inputs).Delivered(After(inputs)) / Before(inputs),
        "shortfall" or "miss" or "missed" or "missing" or "shortfall_meter" or "miss_by" or "misses_by" => Promise(inputs).Shortfall(After(inputs)).Value,
        "compliant" or "met" or "meets_target" => Promise(inputs).Shortfall(After(inputs)) == Watts.Zero,
        "it_needed" or "required_it" or "it_target" or "P_it_required" or "it_required" or "it_cap" => Promise(inputs).EquipmentFor(PowerUsage.Constant(PueAfter(inputs))).Value,
        "required_it_cut_fraction" or "it_cut_required" or "required_it_reduction" =>
            1 - Promise(inputs).EquipmentFor(PowerUsage.Constant(PueAfter(inputs))) / Equipment(inputs),
        _ => throw new UnknownExpectationException(expectation),
    };

    private static Watts Equipment(CaseInputs inputs) => inputs.Watts("it_before", "P_it_before", "it_baseline", "baseline_it", "P_it", "it", "P_IT", "it_load", "it_base", "P_it_base");

    private static double Share(CaseInputs inputs) =>
        inputs.QuantityOrNone("target_reduction", "commit_fraction", "commitment_fraction", "cut_fraction", "target_cut_fraction", "reduction", "it_cut_fraction", "it_reduction_fraction", "cut", "it_cut", "reduction_fraction", "it_reduction", "commitment")
        ?? 1 - inputs.Quantity("target_fraction");

    private static double PueAfter(CaseInputs inputs) => inputs.Plain("pue_after", "pue_low_load", "pue1", "pue_reduced", "pue_at_target", "pue_event", "pue_low", "pue_part_load");

    private static Watts Before(CaseInputs inputs) => inputs.WattsOrNone("baseline", "P_base", "baseline_meter", "meter_before")
        ?? PowerUsage.Constant(inputs.Plain("pue_before", "pue0", "pue_full_load", "pue_baseline", "pue_full", "pue_base", "pue")).AtMeter(Equipment(inputs));

    private static Watts After(CaseInputs inputs)
    {
        if (inputs.WattsOrNone("meter", "P_meter", "meter_after") is { } stated)
            return stated;
        var equipment = inputs.WattsOrNone("it_after", "P_it_after", "it_reduced", "it_event") ?? Equipment(inputs) * (1 - Share(inputs));
        return PowerUsage.Constant(PueAfter(inputs)).AtMeter(equipment);
    }

    private static MeterCommitment Promise(CaseInputs inputs) =>
        new(Before(inputs), inputs.WattsOrNone("target") is { } target ? 1 - target / Before(inputs) : Share(inputs));
}
