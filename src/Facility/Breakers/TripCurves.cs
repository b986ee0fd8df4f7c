namespace ControlPlane.Facility.Breakers;

/// <summary>
/// The standard curves. k, alpha and c: IEC 60255-151 and IEEE C37.112, as tabulated in DEIF's designer's handbook for
/// PPM 300 (4189340911K, page 70). The return constants of the IEEE curves: IEEE C37.112-1996, table 1.
/// </summary>
public static class TripCurves
{
    /// <summary>IEC inverse.</summary>
    public static TripCurve IecInverse { get; } = new("iec_inverse", 0.14, 0.02);

    /// <summary>IEC very inverse.</summary>
    public static TripCurve IecVeryInverse { get; } = new("iec_very_inverse", 13.5, 1);

    /// <summary>IEC extremely inverse: nearest to how a conductor warms, hence the usual choice for feeders.</summary>
    public static TripCurve IecExtremelyInverse { get; } = new("iec_extremely_inverse", 80, 2);

    /// <summary>IEEE moderately inverse.</summary>
    public static TripCurve IeeeModeratelyInverse { get; } = new("ieee_moderately_inverse", 0.0515, 0.02, 0.114, resetSeconds: 4.85);

    /// <summary>IEEE very inverse.</summary>
    public static TripCurve IeeeVeryInverse { get; } = new("ieee_very_inverse", 19.61, 2, 0.491, resetSeconds: 21.6);

    /// <summary>IEEE extremely inverse.</summary>
    public static TripCurve IeeeExtremelyInverse { get; } = new("ieee_extremely_inverse", 28.2, 2, 0.1217, resetSeconds: 29.1);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<TripCurve> All { get; } =
        [IecInverse, IecVeryInverse, IecExtremelyInverse, IeeeModeratelyInverse, IeeeVeryInverse, IeeeExtremelyInverse];

    /// <summary>The curve of that name, or null.</summary>
    public static TripCurve? Find(string name) => All.FirstOrDefault(curve => curve.Name == name);
}
