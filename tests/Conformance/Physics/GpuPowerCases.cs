using System.Globalization;
using System.Text.RegularExpressions;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Gpus;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F04: GPU draw by utilisation and clock.</summary>
internal static partial class GpuPowerCases
{
    private static readonly string[] Full = ["p_max", "max", "P_full", "tdp", "full"];
    private static readonly string[] Idle = ["p_idle", "idle", "P_min"];
    private static readonly string[] Cap = ["cap", "p_cap", "power_cap", "enforced_cap", "limit"];

    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "p" or "power" or "draw" or "P_gpu" => Power(inputs).Value,
        "uncapped" or "p_uncapped" or "draw_uncapped" => Model(inputs).At(Utilisation(inputs), Clock(inputs)).Value,
        "shed" or "power_saved" => (Model(inputs).At(Utilisation(inputs), Clock(inputs)) - Power(inputs)).Value,
        "f_ratio" or "clock_ratio" => Model(inputs).ClockFor(Utilisation(inputs), inputs.Watts([.. Cap, "p", "power"])),
        "power_fraction" or "fraction_of_max" => Power(inputs) / Model(inputs).Full,
        "node" or "total" or "p_total" => (Power(inputs) * (long)inputs.Count("gpus", "count", "n")).Value,
        _ => throw new UnknownExpectationException(expectation),
    };

    private static double Utilisation(CaseInputs inputs) => inputs.Plain("u", "util", "utilisation", "utilization", "gpu_util");

    private static double Clock(CaseInputs inputs)
    {
        if (inputs.PlainOrNone("f_ratio", "f", "clock_ratio", "frequency_ratio") is { } ratio)
            return ratio;
        return inputs.PlainOrNone("clock_mhz", "f_mhz") is { } clock ? clock / inputs.Plain("max_clock_mhz", "f_max_mhz") : 1;
    }

    private static Watts Power(CaseInputs inputs)
    {
        var (model, utilisation, clock) = (Model(inputs), Utilisation(inputs), Clock(inputs));
        return inputs.WattsOrNone(Cap) is { } cap ? model.UnderCap(utilisation, cap, clock) : model.At(utilisation, clock);
    }

    private static GpuDraw Model(CaseInputs inputs)
    {
        var name = inputs.TextOrNone("model", "law") ?? "linear";
        var stated = inputs.TextOrNone("config", "gpu") is { } config ? inputs.Stated("parameters", config) : null;
        var full = inputs.QuantityOrNone(Full) ?? CaseInputs.Number(stated?["max"] ?? throw CaseInputs.Lacking("p_max"), "max");
        var idle = inputs.QuantityOrNone(Idle) ?? CaseInputs.Number(stated?["idle"] ?? throw CaseInputs.Lacking("p_idle"), "idle");
        var exponent = inputs.PlainOrNone("r", "calibration", "calibration_factor", "factor") ?? UtilisationLaw.FittedExponent;
        var (law, clock) = Laws(name, exponent);
        return new GpuDraw(Watts.FromWatts(idle), Watts.FromWatts(full), law, inputs.PlainOrNone("a", "alpha", "clock_exponent", "f_exponent") ?? clock);
    }

    // A name, or the formula itself: idle+(max-idle)*u^2*f^3.
    private static (UtilisationLaw Law, double ClockExponent) Laws(string model, double exponent)
    {
        const double Cube = 3;
        var plain = model.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        if (Formula().Match(plain) is not { Success: true } formula)
            return (Law(plain, exponent), Cube);
        var clock = formula.Groups["a"] is { Success: true } power ? double.Parse(power.Value, CultureInfo.InvariantCulture)
            : formula.Groups["f"].Success ? 1 : Cube;
        return (Law(formula.Groups["g"].Value, exponent), clock);
    }

    private static UtilisationLaw Law(string name, double exponent)
    {
        if (Fitted().Match(name) is { Success: true } fitted)
        {
            var stated = fitted.Groups["r"].Value;
            return UtilisationLaw.Fitted(stated is "r" or "" ? exponent : double.Parse(stated, CultureInfo.InvariantCulture));
        }
        return name switch
        {
            "linear" or "u" => UtilisationLaw.Linear,
            "square" or "quadratic" or "u^2" => UtilisationLaw.Square,
            "cubic" or "u^3" => UtilisationLaw.Cubic,
            "sqrt" or "square_root" or "sqrt(u)" => UtilisationLaw.SquareRoot,
            _ => throw new CaseException($"the model '{name}' is not known"),
        };
    }

    [GeneratedRegex(@"^(p_?)?idle\+\((p_?)?max-(p_?)?idle\)\*\(?(?<g>u|u\^2|u\^3|sqrt\(u\)|2\*?u-u\^(r|[\d.]+))\)?(?<f>\*f(\^(?<a>[\d.]+))?)?$")]
    private static partial Regex Formula();

    [GeneratedRegex(@"^(mse|fitted|2\*?u-u\^(?<r>r|[\d.]+))(\(r=(?<r>[\d.]+)\))?$")]
    private static partial Regex Fitted();
}
