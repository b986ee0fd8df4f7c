using System.Globalization;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>Units as the ends of names: <c>load_kw</c> is a load in kilowatts.</summary>
internal static class UnitSuffix
{
    private const string Listed = """
        w=1 kw=1e3 mw=1e6 gw=1e9
        s=1 sec=1 seconds=1 ms=1e-3 us=1e-6 min=60 minutes=60 h=3600 hours=3600 days=86400
        c=1 k=1 kg=1 g=1e-3 m3=1
        j=1 kj=1e3 mj=1e6 wh=3600 kwh=3.6e6 mwh=3.6e9
        m3_s=1 m3_per_s=1 l_s=1e-3 lpm=1.6666666666666667e-5 l_min=1.6666666666666667e-5 cfm=4.719474432000001e-4
        bytes=1 kb=1e3 mb=1e6 gb=1e9 tb=1e12 kib=1024 mib=1048576 gib=1073741824
        bytes_s=1 bytes_per_s=1 mbps=1e6 gbps=1e9 gb_s=1e9 gbs=1e9 gb_per_s=1e9 tbps=1e12 tb_s=1e12
        pct=0.01 percent=0.01 usd=1 cents=0.01
        a=1 amps=1 ka=1e3 v=1 volts=1 kv=1e3
        k_per_s=1 k_per_min=1.6666666666666667e-2 k_per_w=1 k_per_kw=1e-3 j_per_k=1 kj_per_k=1e3 w_per_k=1 kw_per_k=1e3
        w_per_s=1 kw_per_s=1e3 mw_per_s=1e6 kw_per_min=16.666666666666668 mw_per_min=16666.666666666668
        usd_per_kwh=1 cents_per_kwh=0.01 usd_per_mwh=1e-3
        """;

    private static readonly Dictionary<string, double> Scales = Listed.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .Select(entry => entry.Split('=')).ToDictionary(
            entry => entry[0], entry => double.Parse(entry[1], CultureInfo.InvariantCulture), StringComparer.OrdinalIgnoreCase);

    /// <summary>Splits a name at its longest known unit; null when it has none.</summary>
    public static (string Stem, double Scale)? Split(string name)
    {
        for (var at = name.IndexOf('_'); at > 0; at = name.IndexOf('_', at + 1))
        {
            if (Scales.TryGetValue(name[(at + 1)..], out var scale))
                return (name[..at], scale);
        }
        return null;
    }
}
