namespace ControlPlane.Facility.Network;

/// <summary>What happens when flows want more than a link carries. All rates are in one unit of the caller's choice.</summary>
public static class LinkSharing
{
    /// <summary>
    /// Max-min fair shares: nobody gets more than it asks for, and what the modest leave is divided among the others.
    /// </summary>
    /// <param name="capacity">0 or more.</param>
    /// <param name="demands">Each 0 or more.</param>
    /// <returns>A share for each demand, in the same order.</returns>
    public static IReadOnlyList<double> FairShares(double capacity, IReadOnlyList<double> demands)
    {
        ArgumentNullException.ThrowIfNull(demands);
        var left = Require.NotNegative(capacity);
        var shares = new double[demands.Count];
        var rising = Enumerable.Range(0, demands.Count).OrderBy(i => Require.NotNegative(demands[i], nameof(demands))).ToList();
        for (var i = 0; i < rising.Count; i++)
        {
            shares[rising[i]] = Math.Min(demands[rising[i]], left / (rising.Count - i));
            left = Math.Max(0, left - shares[rising[i]]);
        }
        return shares;
    }

    /// <summary>By how much the flows together slow down: demand over capacity, at least 1 (ExaDigiT/RAPS, network model).</summary>
    /// <param name="capacity">Above 0.</param>
    /// <param name="demands">Each 0 or more.</param>
    public static double Slowdown(double capacity, IEnumerable<double> demands) =>
        Math.Max(1, demands.Sum(demand => Require.NotNegative(demand, nameof(demands))) / Require.Positive(capacity));

    /// <summary>What hosts of a leaf may send over what its uplinks carry.</summary>
    /// <param name="hosts">1 or more.</param>
    /// <param name="hostRate">Above 0.</param>
    /// <param name="uplinks">1 or more.</param>
    /// <param name="uplinkRate">Above 0.</param>
    public static double Oversubscription(int hosts, double hostRate, int uplinks, double uplinkRate) =>
        Require.Count(hosts, 1) * Require.Positive(hostRate) / (Require.Count(uplinks, 1) * Require.Positive(uplinkRate));

    /// <summary>What each host has when all of them send up at once; its own rate when the uplinks carry all.</summary>
    /// <param name="hosts">1 or more.</param>
    /// <param name="hostRate">Above 0.</param>
    /// <param name="uplinks">1 or more.</param>
    /// <param name="uplinkRate">Above 0.</param>
    public static double WorstRatePerHost(int hosts, double hostRate, int uplinks, double uplinkRate) =>
        hostRate / Math.Max(1, Oversubscription(hosts, hostRate, uplinks, uplinkRate));
}
