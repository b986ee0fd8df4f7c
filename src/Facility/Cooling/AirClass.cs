using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Cooling;

/// <summary>Inlet temperatures that equipment is made for (ASHRAE TC 9.9).</summary>
/// <param name="Name">The class.</param>
/// <param name="Coldest">Coldest allowable inlet.</param>
/// <param name="Warmest">Warmest allowable inlet.</param>
public sealed record AirClass(string Name, Celsius Coldest, Celsius Warmest)
{
    /// <summary>Where equipment should run; warmer is an excursion to be logged.</summary>
    public static AirClass Recommended { get; } = Of("recommended", 18, 27);

    /// <summary>A1: 15 to 32 C.</summary>
    public static AirClass A1 { get; } = Of("A1", 15, 32);

    /// <summary>A2: 10 to 35 C.</summary>
    public static AirClass A2 { get; } = Of("A2", 10, 35);

    /// <summary>A3: 5 to 40 C.</summary>
    public static AirClass A3 { get; } = Of("A3", 5, 40);

    /// <summary>A4: 5 to 45 C.</summary>
    public static AirClass A4 { get; } = Of("A4", 5, 45);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AirClass> All { get; } = [Recommended, A1, A2, A3, A4];

    /// <summary>Whether an inlet is allowed.</summary>
    public bool Allows(Celsius inlet) => inlet >= Coldest && inlet <= Warmest;

    private static AirClass Of(string name, double coldest, double warmest) =>
        new(name, Celsius.FromDegrees(coldest), Celsius.FromDegrees(warmest));
}
