namespace ControlPlane.Facility.Feeds;

/// <summary>For how long a UPS carries a range of overloads.</summary>
/// <param name="From">Load over rating at which the range begins; it belongs to the range.</param>
/// <param name="To">Load over rating at which the next begins.</param>
/// <param name="Seconds">How long such a load is carried.</param>
public readonly record struct OverloadRange(double From, double To, double Seconds);
