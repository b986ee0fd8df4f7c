namespace ControlPlane.Facility.Network;

/// <summary>
/// What collective operations cost: bytes, rounds and seconds, with bandwidth in bytes per second in one direction and
/// latency in seconds per round. The ring's 2(n-1)/n is the least that an all-reduce can move; bus bandwidth is defined
/// as in NCCL's performance notes.
/// </summary>
public static class Collectives
{
    /// <summary>Share of the payload that each rank sends in an all-reduce: 2(n-1)/n.</summary>
    /// <param name="ranks">1 or more.</param>
    public static double AllReduceShare(int ranks) => 2.0 * (Require.Count(ranks, 1) - 1) / ranks;

    /// <summary>Seconds of a ring all-reduce: 2(n-1)/n of the payload over the bandwidth, and 2(n-1) rounds.</summary>
    /// <param name="bytes">Payload of each rank, 0 or more.</param>
    /// <param name="ranks">1 or more.</param>
    /// <param name="bytesPerSecond">Above 0.</param>
    /// <param name="roundSeconds">0 or more.</param>
    public static double RingAllReduceSeconds(double bytes, int ranks, double bytesPerSecond, double roundSeconds = 0) =>
        AllReduceShare(ranks) * Require.NotNegative(bytes) / Require.Positive(bytesPerSecond) + 2 * (ranks - 1) * Require.NotNegative(roundSeconds);

    /// <summary>Seconds of a tree all-reduce: up and down ceil(log2 n) levels, the whole payload at each.</summary>
    /// <param name="bytes">Payload of each rank, 0 or more.</param>
    /// <param name="ranks">1 or more.</param>
    /// <param name="bytesPerSecond">Above 0.</param>
    /// <param name="roundSeconds">0 or more.</param>
    public static double TreeAllReduceSeconds(double bytes, int ranks, double bytesPerSecond, double roundSeconds = 0)
    {
        var levels = Math.Ceiling(Math.Log2(Require.Count(ranks, 1)));
        return 2 * levels * (Require.NotNegative(bytes) / Require.Positive(bytesPerSecond) + Require.NotNegative(roundSeconds));
    }

    /// <summary>Seconds of an all-gather or a reduce-scatter: half an all-reduce.</summary>
    /// <param name="bytes">Whole payload, 0 or more.</param>
    /// <param name="ranks">1 or more.</param>
    /// <param name="bytesPerSecond">Above 0.</param>
    /// <param name="roundSeconds">0 or more.</param>
    public static double AllGatherSeconds(double bytes, int ranks, double bytesPerSecond, double roundSeconds = 0) =>
        RingAllReduceSeconds(bytes, ranks, bytesPerSecond, roundSeconds) / 2;

    /// <summary>Seconds of an all-to-all: each rank sends all but its own share, one peer a round.</summary>
    /// <param name="bytes">Payload of each rank, 0 or more.</param>
    /// <param name="ranks">1 or more.</param>
    /// <param name="bytesPerSecond">Above 0.</param>
    /// <param name="roundSeconds">0 or more.</param>
    public static double AllToAllSeconds(double bytes, int ranks, double bytesPerSecond, double roundSeconds = 0) =>
        AllGatherSeconds(bytes, ranks, bytesPerSecond, roundSeconds);

    /// <summary>The bus bandwidth that a measured all-reduce shows, in bytes per second: payload over time times 2(n-1)/n.</summary>
    /// <param name="bytes">Above 0.</param>
    /// <param name="ranks">2 or more.</param>
    /// <param name="seconds">Above 0.</param>
    public static double BusBandwidth(double bytes, int ranks, double seconds) =>
        Require.Positive(bytes) / Require.Positive(seconds) * AllReduceShare(Require.Count(ranks, 2));

    /// <summary>Seconds of an all-reduce at a bus bandwidth.</summary>
    /// <param name="bytes">0 or more.</param>
    /// <param name="ranks">1 or more.</param>
    /// <param name="busBytesPerSecond">Above 0.</param>
    public static double SecondsAtBusBandwidth(double bytes, int ranks, double busBytesPerSecond) =>
        RingAllReduceSeconds(bytes, ranks, busBytesPerSecond);
}
