using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Cooling;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F08: inlet temperatures of racks that breathe each other's air.</summary>
internal static partial class RecirculationCases
{
    public static object? Answer(string expectation, CaseInputs inputs)
    {
        var air = AirOf(inputs);
        switch (expectation)
        {
            case "K" or "K_w_per_k":
                return air.WattsPerKelvin;
            case "D" or "D_k_per_w":
                return air.KelvinPerWatt;
            case "T_in":
                return Inlets(air, inputs);
            case "T_out":
                return Degrees(air.Outlets(Heat(inputs), Supply(inputs)));
            case "max_T_in" or "T_in_max" or "hottest_inlet" or "max_inlet":
                return Inlets(air, inputs).Max();
            case "hottest" or "hottest_rack" or "argmax":
                return Inlets(air, inputs).ToList().IndexOf(Inlets(air, inputs).Max());
            case "dT_in" or "rise" or "inlet_rise":
                return Inlets(air, inputs).Select(inlet => inlet - Supply(inputs).Value).ToList();
            case "max_T_sup" or "T_sup_max" or "max_supply" or "T_sup":
                return air.WarmestSupply(Heat(inputs), inputs.Has("T_limit", "T_in_limit") ? inputs.Celsius("T_limit", "T_in_limit") : Class(inputs.Text("class", "ashrae_class")).Warmest).Value;
            case "spread" or "T_in_spread":
                return Inlets(air, inputs).Max() - Inlets(air, inputs).Min();
        }
        if (Within().Match(expectation) is { Success: true } within)
            return Inlets(air, inputs).All(inlet => Class(within.Groups["class"].Value).Allows(Celsius.FromDegrees(inlet)));
        throw new UnknownExpectationException(expectation);
    }

    private static Recirculation AirOf(CaseInputs inputs)
    {
        var rows = inputs.Required("A", "matrix") as JsonArray ?? throw new CaseException("'A' is not a list");
        var flows = inputs.Quantities("airflow", "flow", "f").Select(FluidFlow.FromCubicMetresPerSecond).ToList();
        var shares = rows.Select(row => CaseInputs.Numbers(row!, "A")).ToList();
        if (flows.Count == 1)
            flows = [.. shares.Select(_ => flows[0])];
        return new Recirculation(shares, flows, new Fluid(
            inputs.QuantityOrNone("rho", "density") ?? Fluid.Air.KilogramsPerCubicMetre, inputs.QuantityOrNone("cp", "specific_heat") ?? Fluid.Air.JoulesPerKilogramKelvin));
    }

    private static List<Watts> Heat(CaseInputs inputs) => [.. inputs.Quantities("P", "power", "heat").Select(Watts.FromWatts)];

    private static Celsius Supply(CaseInputs inputs) => Celsius.FromDegrees(
        inputs.Quantity("T_sup", "T_supply", "supply") + (inputs.QuantityOrNone("supply_shift", "dT_sup", "shift") ?? 0));

    private static IReadOnlyList<double> Inlets(Recirculation air, CaseInputs inputs) => Degrees(air.Inlets(Heat(inputs), Supply(inputs)));

    private static IReadOnlyList<double> Degrees(IReadOnlyList<Celsius> temperatures) => [.. temperatures.Select(temperature => temperature.Value)];

    private static AirClass Class(string name) => AirClass.All.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new CaseException($"the class '{name}' is not known");

    [GeneratedRegex("^(all_)?(within|in)_(?<class>recommended|A1|A2|A3|A4)(_allowable)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Within();
}
