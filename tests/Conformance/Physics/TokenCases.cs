using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Domain.Units;
using ControlPlane.Facility.Economics;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F11: energy and money of tokens.</summary>
internal static class TokenCases
{
    private static readonly string[] Rate = ["tokens_per_s_per_gpu", "tokens_per_s", "tok_s", "tok_s_per_gpu", "throughput", "R"];
    private static readonly string[] AllIn = ["all_in", "all_in_per_gpu", "facility"];

    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "j_per_token" => TokenEnergy.JoulesPerToken(Power(inputs), TokenRate(inputs)),
        "j_per_token_all_in" or "j_per_token_facility" => TokenEnergy.JoulesPerToken(AllInOf(inputs), TokenRate(inputs)),
        "tokens_per_j" => TokenEnergy.TokensPerJoule(Power(inputs), TokenRate(inputs)),
        "tokens_per_j_all_in" => TokenEnergy.TokensPerJoule(AllInOf(inputs), TokenRate(inputs)),
        "tokens_per_s_per_mw" or "tok_s_per_mw" => TokenEnergy.TokensPerSecondPerMegawatt(AllInOf(inputs), TokenRate(inputs)),
        "mtok_per_s_per_mw" => TokenEnergy.TokensPerSecondPerMegawatt(AllInOf(inputs), TokenRate(inputs)) / 1e6,
        "tokens_per_s_per_gpu" => PerGpu(inputs),
        "kwh_per_mtok" => TokenEnergy.KilowattHoursPerMillion(inputs.Has(AllIn) ? AllInOf(inputs) : Power(inputs), TokenRate(inputs)),
        "usd_per_mtok" => TokenCost.DollarsPerMillion(Hourly(inputs), TokenRate(inputs), Use(inputs)),
        "energy_usd_per_mtok" or "usd_per_mtok_energy" => TokenCost.DollarsPerMillion(Bottom(inputs).Energy, TokenRate(inputs), Use(inputs)),
        "capex_usd_per_mtok" or "usd_per_mtok_capex" => TokenCost.DollarsPerMillion(Bottom(inputs).Capital, TokenRate(inputs), Use(inputs)),
        "usd_per_gpu_h" or "c_gpu_h" or "cost_per_gpu_h" => Hourly(inputs),
        "capex_usd_per_gpu_h" or "capex_usd_per_h" or "usd_per_gpu_h_capex" or "capex_per_gpu_h" => Bottom(inputs).Capital,
        "energy_usd_per_gpu_h" or "energy_usd_per_h" or "usd_per_gpu_h_energy" or "energy_per_gpu_h" or "power_usd_per_gpu_h" => Bottom(inputs).Energy,
        "capex_share" or "capex_fraction" => Bottom(inputs).CapitalShare,
        "energy_share" or "energy_fraction" => Bottom(inputs).Energy / Bottom(inputs).Total,
        "all_in" => AllInOf(inputs),
        "ratio" => inputs.Plain("a") / inputs.Plain("b"),
        "equal" => IdentityHolds(inputs),
        _ => throw new UnknownExpectationException(expectation),
    };

    private static double Power(CaseInputs inputs) => inputs.QuantityOrNone("power", "P", "gpu_power") ?? AllInOf(inputs);

    private static double TokenRate(CaseInputs inputs) => inputs.Has("tokens_per_s") && inputs.Has("gpus") && !inputs.Has("power") ? PerGpu(inputs) : inputs.Plain(Rate);

    private static double PerGpu(CaseInputs inputs) =>
        inputs.PlainOrNone("tokens_per_s_per_gpu") ?? inputs.Plain("tokens_per_s", "system_tokens_per_s") / inputs.Plain("gpus", "n_gpus");

    private static double Use(CaseInputs inputs) => inputs.QuantityOrNone("utilisation", "utilization", "use", "util", "duty", "utilisation_fraction") ?? 1;

    private static GpuPrice? Listed(CaseInputs inputs) => inputs.TextOrNone("gpu", "hardware") is { } name
        ? GpuPrice.Find(name) ?? throw new CaseException($"the price of '{name}' is not known")
        : null;

    private static double AllInOf(CaseInputs inputs) => inputs.QuantityOrNone(AllIn) ?? Listed(inputs)?.AllIn.Value ?? Beside(inputs);

    private static double Beside(CaseInputs inputs) => Kilowatts(inputs).Value * (inputs.PlainOrNone("pue") ?? 1);

    private static double Hourly(CaseInputs inputs)
    {
        if (inputs.PlainOrNone("usd_per_gpu_h", "c_gpu_h", "usd_per_gpu_hour") is { } stated)
            return stated;
        if (Listed(inputs) is not { } listed)
            return inputs.Has("usd_per_mtok")
                ? TokenCost.DollarsPerGpuHour(inputs.Plain("usd_per_mtok"), TokenRate(inputs))
                : Bottom(inputs).Total;
        return (inputs.TextOrNone("market", "provider", "price_tier", "tier") ?? "hyper") switch
        {
            "hyper" or "hyperscaler" => listed.Hyperscaler,
            "neo" or "neocloud" => listed.Neocloud,
            "rent3y" or "rental" => listed.ThreeYearRental,
            var market => throw new CaseException($"the market '{market}' is not known"),
        };
    }

    private static GpuHour Bottom(CaseInputs inputs) => new(
        inputs.Quantity("capex", "capex_usd_per_gpu", "capex_per_gpu", "capital"), inputs.Plain("years", "yrs", "life_years", "amortisation_years", "depreciation_years", "lifetime_years"),
        Kilowatts(inputs), inputs.PlainOrNone("pue") ?? 1,
        inputs.PlainOrNone("price") ?? inputs.Quantity("price", "electricity", "energy_price", "power_price", "electricity_price", "usd_per_kwh", "price_usd_kwh", "usd_kwh", "energy", "energy_cost"),
        inputs.PlainOrNone("opex_usd_per_gpu_h", "opex", "opex_per_h", "opex_usd_per_h", "opex_usd_h") ?? 0);

    // A bare 'kw' is its own unit.
    private static Watts Kilowatts(CaseInputs inputs) => inputs.PlainOrNone("kw", "kw_per_gpu", "it_kw_per_gpu", "kw_it") is { } kilowatts
        ? Watts.FromKilowatts(kilowatts)
        : inputs.Watts("it", "power", "gpu", "it_power", "P");

    // Two expressions in this formula's own words; they must agree at every price and rate.
    private static bool IdentityHolds(CaseInputs inputs)
    {
        var (left, right) = (inputs.Text("a"), inputs.Text("b"));
        return GpuPrice.All.SelectMany(_ => new[] { 1.0, 469.7, 11264.4 }, (price, rate) => (price, rate)).All(one =>
        {
            var values = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["usd_per_gpu_h"] = one.price.Hyperscaler,
                ["tokens_per_s"] = one.rate,
                ["usd_per_mtok"] = TokenCost.DollarsPerMillion(one.price.Hyperscaler, one.rate),
                ["all_in_kw"] = one.price.AllIn.Kilowatts,
                ["power_w"] = one.price.AllIn.Value,
                ["j_per_token"] = TokenEnergy.JoulesPerToken(one.price.AllIn.Value, one.rate),
                ["tokens_per_j"] = TokenEnergy.TokensPerJoule(one.price.AllIn.Value, one.rate),
                ["tokens_per_s_per_mw"] = TokenEnergy.TokensPerSecondPerMegawatt(one.price.AllIn.Value, one.rate),
            };
            var (a, b) = (Arithmetic.Evaluate(left, values), Arithmetic.Evaluate(right, values));
            return Math.Abs(a - b) <= 1e-3 * Math.Abs(b);
        });
    }
}
