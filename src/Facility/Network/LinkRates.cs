namespace ControlPlane.Facility.Network;

/// <summary>
/// Rates of links in one direction, in bytes per second, and all-reduce bandwidths that were measured. Vendors print
/// NVLink's two directions together: these are one of them (stas00/ml-engineering, network notes at 744d01e1).
/// </summary>
public static class LinkRates
{
    /// <summary>One adapter of 400 Gbit/s (NDR).</summary>
    public const double Ndr400 = 50e9;

    /// <summary>One adapter of 800 Gbit/s (XDR).</summary>
    public const double Xdr800 = 100e9;

    private static readonly Dictionary<string, double> OneDirection =
        new(StringComparer.OrdinalIgnoreCase) { ["V100"] = 150e9, ["A100"] = 300e9, ["H100"] = 450e9, ["B200"] = 900e9 };

    // All-reduce of 4 GiB on B200: ranks and bus bandwidth (same notes).
    private static readonly Dictionary<int, double> MeasuredB200 = new() { [8] = 740.64e9, [32] = 377.34e9 };

    /// <summary>NVLink of one GPU in one direction, or null when the model is not known.</summary>
    public static double? Nvlink(string gpu) => OneDirection.TryGetValue(gpu, out var rate) ? rate : null;

    /// <summary>Bus bandwidth measured for a 4 GiB all-reduce over so many B200, eight in a node; null when it was not measured.</summary>
    public static double? MeasuredBusBandwidth(int ranks) => MeasuredB200.TryGetValue(ranks, out var rate) ? rate : null;
}
