using System.Text.Json.Nodes;
using ControlPlane.Conformance.Tests.Cases;
using ControlPlane.Facility.Network;

namespace ControlPlane.Conformance.Tests.Physics;

/// <summary>F09: jobs on one link, together and interleaved.</summary>
internal static class SharingCases
{
    private static readonly string[] Capacity = ["capacity", "C", "link", "uplink", "link_capacity"];

    public static object? Answer(string expectation, CaseInputs inputs) => expectation switch
    {
        "slowdown" => IsPhased(inputs)
            ? Interleaving.Slowdown(inputs.Quantity(Capacity), Phases(inputs, true))
            : LinkSharing.Slowdown(inputs.Quantity(Capacity), Demands(inputs)),
        "fair_share" or "fair_shares" or "shares" => LinkSharing.FairShares(inputs.Quantity(Capacity), Demands(inputs)),
        "utilisation" or "utilization" or "load" => Demands(inputs).Sum() / inputs.Quantity(Capacity),
        _ when IsSlowdown(expectation, Together) => Interleaving.Slowdown(inputs.Quantity(Capacity), Phases(inputs, false)),
        _ when IsSlowdown(expectation, Apart) => Interleaved(inputs),
        "congested_fraction" or "congested_share" or "overlap_fraction" => Interleaving.CongestedShare(inputs.Quantity(Capacity), Phases(inputs, true)),
        _ => throw new UnknownExpectationException(expectation),
    };

    private static readonly string[] Together = ["aligned", "overlap", "in_phase", "naive", "without", "uncoordinated", "synchron", "together", "worst", "collid"];
    private static readonly string[] Apart = ["interleav", "out_of_phase", "shift", "stagger", "cassini", "best", "disjoint", "offset"];

    private static bool IsSlowdown(string expectation, string[] words) =>
        expectation.Contains("slowdown", StringComparison.Ordinal) && words.Any(word => expectation.Contains(word, StringComparison.OrdinalIgnoreCase))
        && !(words == Apart && Together.Any(word => expectation.Contains(word, StringComparison.OrdinalIgnoreCase)));

    private static double Interleaved(CaseInputs inputs)
    {
        var (capacity, phases) = (inputs.Quantity(Capacity), Phases(inputs, true));
        return Interleaving.Slowdown(capacity, Interleaving.Arrange(capacity, phases));
    }

    private static IReadOnlyList<double> Demands(CaseInputs inputs) =>
        inputs.QuantitiesOrNone("demands", "demand", "flows") ?? [.. Phases(inputs, true).Select(phase => phase.Demand)];

    private static bool IsPhased(CaseInputs inputs) => inputs.Has("duty", "duties", "duty_cycle", "duty_cycles", "comm_fraction", "comm", "jobs", "phases", "on_fraction", "comm_duty");

    private static List<CommunicationPhase> Phases(CaseInputs inputs, bool isShifted)
    {
        inputs.Remark("interleaved", "n_jobs");
        if (inputs.Node("jobs", "phases") is JsonArray jobs)
            return [.. jobs.Select(job => Phase(job as JsonObject ?? throw new CaseException("a job is not an object"), inputs, isShifted))];
        var demands = inputs.Quantities("demands", "demand");
        var period = inputs.QuantityOrNone("period", "iteration", "iter", "iter_time") ?? 1;
        var offsets = inputs.QuantitiesOrNone("offsets", "offset", "phase_offset", "phase_offsets", "shift", "phase", "time_shift", "start", "starts") ?? [];
        // Lengths in seconds, or as shares of the period.
        var lengths = inputs.QuantitiesOrNone("comm", "comm_time", "length", "on") ?? [.. inputs.Quantities("duty", "duties", "duty_cycle", "duty_cycles", "comm_fraction", "on_fraction", "comm_duty").Select(share => share * period)];
        // One offset of two jobs is the second one's.
        double Start(int job) => !isShifted || offsets.Count == 0 ? 0 : offsets.Count == 1 ? job * offsets[0] : offsets[job];
        return [.. demands.Select((demand, job) => new CommunicationPhase(period, Start(job), lengths[lengths.Count == 1 ? 0 : job], demand))];
    }

    private static CommunicationPhase Phase(JsonObject job, CaseInputs inputs, bool isShifted)
    {
        var read = new CaseInputs(inputs.CaseId, job, [], inputs.Folder);
        read.Remark("id", "name", "job", "model");
        var period = read.QuantityOrNone("period", "iteration", "iter") ?? inputs.QuantityOrNone("period", "iteration", "iter") ?? 1;
        if (read.Node("window", "comm_window", "interval", "comm_interval", "comm_phase", "on", "active") is JsonArray window)
            return new CommunicationPhase(period, isShifted ? CaseInputs.Number(window[0], "window") : 0, CaseInputs.Number(window[1], "window") - CaseInputs.Number(window[0], "window"), read.Quantity("demand", "bandwidth", "bw"));
        var length = read.QuantityOrNone("comm", "length", "on", "comm_time") ?? read.Quantity("duty", "duty_cycle", "comm_fraction") * period;
        var start = read.QuantityOrNone("offset", "start", "shift", "phase", "comm_start") ?? 0;
        var demand = read.Quantity("demand", "bandwidth", "bw");
        return read.Unread.Count == 0
            ? new CommunicationPhase(period, isShifted ? start : 0, length, demand)
            : throw new CaseException($"a job's '{read.Unread[0]}' is not known");
    }
}
