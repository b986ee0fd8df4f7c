namespace ControlPlane.Facility.Conversion;

/// <summary>What a chassis draws, from the boards to the facility's meter.</summary>
/// <param name="BeforeFansWatts">Direct current of everything but the fans.</param>
/// <param name="FanSpeed">Share of full speed.</param>
/// <param name="FanWatts">Power of the fans.</param>
/// <param name="DirectWatts">All direct current.</param>
/// <param name="Efficiency">Of the power supplies.</param>
/// <param name="AlternatingWatts">What the chassis takes from its feed.</param>
/// <param name="FacilityWatts">That at the meter.</param>
public sealed record ChassisPower(
    double BeforeFansWatts, double FanSpeed, double FanWatts, double DirectWatts, double Efficiency, double AlternatingWatts, double FacilityWatts);
