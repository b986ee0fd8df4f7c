using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Facility.Network;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F09: collectives, demand of an iteration, and links that are shared.</summary>
internal static class NetworkCases
{
    private static readonly string[] Payload = ["payload", "M", "S", "message", "size", "payload_bytes", "M_bytes"];
    private static readonly string[] Ranks = ["ranks", "n", "gpus", "n_gpus", "world_size"];
    private static readonly string[] Bandwidth = ["bw", "bandwidth", "B", "link", "beta", "rate"];
    private static readonly string[] Latency = ["lat", "latency", "a", "alpha"];

    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "time" or "t_ring" or "ring" or "ring_time" or "t" or "allreduce_time" => Time(inputs),
        "t_tree" or "tree" or "tree_time" => Collectives.TreeAllReduceSeconds(Bytes(inputs), RanksOf(inputs), Rate(inputs), Round(inputs)),
        "busbw" or "bus_bandwidth" => Collectives.BusBandwidth(Bytes(inputs), RanksOf(inputs), inputs.Quantity("time", "t")),
        "algbw" or "alg_bandwidth" => Bytes(inputs) / Time(inputs),
        "nic_bytes_per_gpu" => Hierarchy(inputs).NicBytesPerGpu,
        "nvlink_bytes_per_gpu" => Hierarchy(inputs).NvlinkBytesPerGpu,
        "wire_time" => Hierarchy(inputs).WireSeconds(Nic(inputs)),
        "nvlink_time" => Hierarchy(inputs).NvlinkBytesPerGpu / Nvlink(inputs),
        "per_accel_rate_gbps_from_busbw" => NicRate(inputs) / 1e9,
        "achieved_fraction" or "efficiency" or "wire_fraction" or "wire_efficiency" or "efficiency_of_wire" => NicRate(inputs) / Nic(inputs),
        "hierarchical_time" or "hierarchical" or "t_hierarchical" or "total_time" => Hierarchical(inputs),
        "grad_bytes" => Demand(inputs).GradientBytes,
        "nic_bytes_per_gpu_per_iter" => Demand(inputs).NicBytesPerGpu,
        "nic_demand_gbps_per_gpu" => Demand(inputs).BytesPerSecondPerGpu / 1e9,
        "nic_utilisation" or "nic_utilization" or "nic_load" => Demand(inputs).BytesPerSecondPerGpu / Nic(inputs),
        "window" or "overlap_window" => Demand(inputs).WindowSeconds,
        "iter_time" or "iteration" or "iter" => Demand(inputs).IterationSeconds(Nic(inputs)),
        "oversubscription" => Oversubscription(inputs),
        "per_host_worst_case" or "per_host" => LinkSharing.WorstRatePerHost(
            inputs.Count("hosts_per_leaf", "hosts"), inputs.Quantity("host"), inputs.Count("uplinks"), inputs.Quantity("uplink")),
        _ => SharingCases.Answer(expectation, inputs),
    };

    private static double Bytes(CaseInputs inputs) => inputs.Quantity(Payload);

    private static int RanksOf(CaseInputs inputs) => inputs.CountOrNone(Ranks) ?? Hierarchy(inputs).Ranks;

    private static double Rate(CaseInputs inputs) => inputs.Quantity(Bandwidth);

    private static double Round(CaseInputs inputs) => inputs.QuantityOrNone(Latency) ?? 0;

    private static double Nic(CaseInputs inputs) => inputs.QuantityOrNone("nic", "nic_bw", "inter") ?? LinkRates.Ndr400;

    private static double Nvlink(CaseInputs inputs) => inputs.QuantityOrNone("nvlink", "nvlink_bw", "intra")
        ?? LinkRates.Nvlink(inputs.Text("gpu")) ?? throw new CaseException("the GPU's NVLink rate is not known");

    private static double Time(CaseInputs inputs)
    {
        if (inputs.QuantityOrNone("busbw", "bus_bandwidth") is { } bus)
            return Collectives.SecondsAtBusBandwidth(Bytes(inputs), RanksOf(inputs), bus);
        Func<double, int, double, double, double> cost = (inputs.TextOrNone("algorithm", "collective", "op") ?? "ring") switch
        {
            "ring" or "all_reduce" or "allreduce" => Collectives.RingAllReduceSeconds,
            "tree" => Collectives.TreeAllReduceSeconds,
            "all_gather" or "allgather" or "reduce_scatter" => Collectives.AllGatherSeconds,
            "all_to_all" or "alltoall" => Collectives.AllToAllSeconds,
            "hierarchical" => (_, _, _, _) => Hierarchical(inputs),
            var name => throw new CaseException($"the collective '{name}' is not known"),
        };
        return inputs.Has(Bandwidth) ? cost(Bytes(inputs), RanksOf(inputs), Rate(inputs), Round(inputs)) : Hierarchical(inputs);
    }

    private static HierarchicalAllReduce Hierarchy(CaseInputs inputs) =>
        new(Bytes(inputs), inputs.Count("nodes", "k"), inputs.Count("gpus_per_node", "g"));

    private static double Hierarchical(CaseInputs inputs) =>
        Hierarchy(inputs).Seconds(Nvlink(inputs), Nic(inputs), inputs.PlainOrNone("efficiency") ?? 1);

    private static double NicRate(CaseInputs inputs)
    {
        var ranks = Hierarchy(inputs).Ranks;
        if (inputs.QuantityOrNone("time", "measured") is { } seconds)
            return Hierarchy(inputs).NicBytesPerGpu / seconds;
        return Hierarchy(inputs).NicRateFromBusBandwidth(inputs.QuantityOrNone("busbw", "bus_bandwidth", "measured_busbw")
            ?? LinkRates.MeasuredBusBandwidth(ranks) ?? throw new CaseException($"no bus bandwidth was measured for {ranks} ranks"));
    }

    private static IterationDemand Demand(CaseInputs inputs) => new(
        inputs.Quantity("params", "parameters"), inputs.Quantity("grad_bytes_per_param", "bytes_per_param"), inputs.Count("nodes", "k"),
        inputs.Count("gpus_per_node", "g"), inputs.Quantity("iter_compute", "compute", "iter"), inputs.QuantityOrNone("overlap_window_fraction", "overlap_fraction", "overlap") ?? 1);

    private static double Oversubscription(CaseInputs inputs) => LinkSharing.Oversubscription(
        inputs.Count("hosts_per_leaf", "hosts"), inputs.Quantity("host"), inputs.Count("uplinks"), inputs.Quantity("uplink"));
}
