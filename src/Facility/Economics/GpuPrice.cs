using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Economics;

/// <summary>
/// Power of a GPU with its share of the whole facility, and what its hour costs, in three markets (InferenceX GPU
/// specifications, SemiAnalysisAI/InferenceX-app).
/// </summary>
/// <param name="Name">The GPU model.</param>
/// <param name="AllIn">Power at the meter for each GPU.</param>
/// <param name="Hyperscaler">Dollars an hour at a hyperscaler's cost.</param>
/// <param name="Neocloud">Dollars an hour at a smaller cloud's cost.</param>
/// <param name="ThreeYearRental">Dollars an hour when rented for three years.</param>
public sealed record GpuPrice(string Name, Watts AllIn, double Hyperscaler, double Neocloud, double ThreeYearRental)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<GpuPrice> All { get; } =
    [
        Of("h100", 1.73, 1.30, 1.69, 1.30),
        Of("h200", 1.73, 1.41, 1.74, 1.60),
        Of("b200", 2.17, 1.95, 2.34, 2.90),
        Of("gb200", 2.10, 2.21, 2.75, 3.30),
        Of("mi300x", 1.79, 1.12, 1.40, 1.55),
        Of("mi325x", 2.18, 1.28, 1.59, 1.80),
        Of("mi355x", 2.65, 1.48, 1.90, 2.10),
    ];

    /// <summary>The price of that GPU model, or null.</summary>
    public static GpuPrice? Find(string name) => All.FirstOrDefault(price => price.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static GpuPrice Of(string name, double kilowatts, double hyperscaler, double neocloud, double rental) =>
        new(name, Watts.FromKilowatts(kilowatts), hyperscaler, neocloud, rental);
}
