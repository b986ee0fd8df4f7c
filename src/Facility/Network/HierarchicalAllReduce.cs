namespace ControlPlane.Facility.Network;

/// <summary>
/// An all-reduce in two levels: reduce-scatter inside each node, a ring between nodes for each GPU's part, all-gather
/// inside each node. Only the middle step leaves the node, with 2(k-1)/k of a part of size S/g for k nodes of g GPUs.
/// </summary>
public sealed record HierarchicalAllReduce
{
    /// <summary>
    /// Share of the wire rate that all-reduces reach between nodes: 0.73, measured with 32 B200 at 4 GiB
    /// (stas00/ml-engineering, network notes at 744d01e1).
    /// </summary>
    public const double MeasuredEfficiency = 0.73;

    /// <summary>Makes one.</summary>
    /// <param name="bytes">Payload of each GPU, 0 or more.</param>
    /// <param name="nodes">k, 1 or more.</param>
    /// <param name="gpusPerNode">g, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A figure is not in its range.</exception>
    public HierarchicalAllReduce(double bytes, int nodes, int gpusPerNode)
    {
        Bytes = Require.NotNegative(bytes);
        Nodes = Require.Count(nodes, 1);
        GpusPerNode = Require.Count(gpusPerNode, 1);
    }

    /// <summary>Payload of each GPU.</summary>
    public double Bytes { get; }

    /// <summary>k.</summary>
    public int Nodes { get; }

    /// <summary>g.</summary>
    public int GpusPerNode { get; }

    /// <summary>All GPUs.</summary>
    public int Ranks => checked(Nodes * GpusPerNode);

    /// <summary>Bytes that each GPU sends through its network adapter.</summary>
    public double NicBytesPerGpu => Collectives.AllReduceShare(Nodes) * Bytes / GpusPerNode;

    /// <summary>Bytes that each GPU sends through NVLink.</summary>
    public double NvlinkBytesPerGpu => Collectives.AllReduceShare(GpusPerNode) * Bytes;

    /// <summary>Seconds that the adapters' bytes take at the wire's rate.</summary>
    /// <param name="nicBytesPerSecond">Rate of each GPU's adapter in one direction, above 0.</param>
    public double WireSeconds(double nicBytesPerSecond) => NicBytesPerGpu / Require.Positive(nicBytesPerSecond);

    /// <summary>Seconds of all three steps, one after another.</summary>
    /// <param name="nvlinkBytesPerSecond">Rate of each GPU's NVLink in one direction, above 0.</param>
    /// <param name="nicBytesPerSecond">Rate of each GPU's adapter in one direction, above 0.</param>
    /// <param name="efficiency">Share of the adapters' rate that is reached, above 0, at most 1.</param>
    public double Seconds(double nvlinkBytesPerSecond, double nicBytesPerSecond, double efficiency = MeasuredEfficiency) =>
        NvlinkBytesPerGpu / Require.Positive(nvlinkBytesPerSecond) + WireSeconds(nicBytesPerSecond) / Require.PositiveShare(efficiency);

    /// <summary>The rate at which each adapter really sent, from the measured bus bandwidth of the whole all-reduce.</summary>
    /// <param name="busBytesPerSecond">Above 0.</param>
    public double NicRateFromBusBandwidth(double busBytesPerSecond) =>
        NicBytesPerGpu / Collectives.SecondsAtBusBandwidth(Bytes, Require.Count(Ranks, 2, nameof(Ranks)), busBytesPerSecond);
}
