using ControlPlane.Domain.Units;

namespace ControlPlane.Facility.Conversion;

/// <summary>What a chassis draws, from the boards to the facility's meter.</summary>
/// <param name="BeforeFans">Direct current of everything but the fans.</param>
/// <param name="FanSpeed">Share of full speed.</param>
/// <param name="Fans">Power of the fans.</param>
/// <param name="Direct">All direct current.</param>
/// <param name="Efficiency">Of the power supplies.</param>
/// <param name="Alternating">What the chassis takes from its feed.</param>
/// <param name="Facility">That at the meter.</param>
public sealed record ChassisPower(
    Watts BeforeFans, double FanSpeed, Watts Fans, Watts Direct, double Efficiency, Watts Alternating, Watts Facility);
