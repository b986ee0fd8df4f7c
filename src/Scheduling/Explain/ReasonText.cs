using System.Diagnostics;
using ControlPlane.Domain.Units;

namespace ControlPlane.Scheduling;

/// <summary>Renders reasons for people. The wording may change; the data in <see cref="Reason"/> is the contract.</summary>
internal static class ReasonText
{
    public static string Of(Reason reason)
    {
        if (reason.Under is { } policy)
            return $"Insufficient {(reason.Code == ReasonCode.HeatShort ? "cooling" : "power")} under {policy}: {Of(reason with { Under = null })}";
        if (reason.Domains.Count == 0)
            return Sentence(reason);
        var rooms = string.Join("; ", reason.Domains) + LeftOut(reason) + ".";
        return Sentence(reason) + (reason.Code == ReasonCode.TopologyShort ? " " + Upper(rooms) : " By task: " + rooms);
    }

    private static string Sentence(Reason reason)
    {
        var needed = Amount(reason.Needed, reason.Unit);
        var available = Amount(reason.Available, reason.Unit);
        var subject = reason.Subject;
        return reason.Code switch
        {
            ReasonCode.WrongHall => $"The job names another hall than {subject}; submit it there or drop the hall.",
            ReasonCode.WrongJurisdiction => $"The hall's jurisdiction is '{subject}', not the one the job must run under.",
            ReasonCode.TenantKernelsForbidden => $"The job brings kernels of its own, and the site of {subject} takes none; use kernels of the catalogue, or have the operator set tenantKernels: true on the Site.",
            ReasonCode.NoSuchQueue => $"The hall knows no queue '{subject}'; create it or name another.",
            ReasonCode.NoSuchModel => $"The hall holds no GPU model that task group {subject} allows; allow another model.",
            ReasonCode.NoKernelDevice => $"Task group {subject} runs a kernel and no node has a device that executes kernels; add a rack with an agent.",
            ReasonCode.NoSimulatedDevice => $"Task group {subject} is simulated work and no rack is simulated; add a simulated rack.",
            ReasonCode.QueueLimit => $"Queue {subject} has {available} left of its limit and the job needs {needed}; raise the limit or release jobs of the queue.",
            ReasonCode.GpusShort => $"Task group {subject} needs {needed} and free GPUs suffice for {available}; release GPUs or ask for fewer.",
            ReasonCode.InstancesShort => $"Task group {subject} needs {needed}, each a MIG instance, and free positions suffice for {available}; release GPUs or ask for a smaller profile.",
            ReasonCode.CpuShort => $"Beside the free GPUs, CPU cores suffice for {available} of {needed} of group {subject}; ask for fewer cores a task.",
            ReasonCode.MemoryShort => $"Beside the free GPUs, memory suffices for {available} of {needed} of group {subject}; ask for less memory a task.",
            ReasonCode.AdapterShort => $"Nodes that would take group {subject} have network adapters of at most {available} a GPU and it needs {needed}; require one NVLink domain or less bandwidth.",
            ReasonCode.PowerShort when reason.Unit == "tasks" => $"Power, tightest at {subject}, suffices for {available} of {needed}; raise the rating or ask for fewer GPUs.",
            ReasonCode.HeatShort when reason.Unit == "tasks" => $"Cooling, tightest at {subject}, suffices for {available} of {needed}; raise the capacity or ask for fewer GPUs.",
            ReasonCode.PowerShort => $"Power domain {subject}{Kept(reason)} has {available} of headroom and the job needs {needed} there; release jobs below it, raise its limit or ask for fewer GPUs.",
            ReasonCode.HeatShort => $"Cooling loop {subject} can take {available} more heat and the job adds {needed}; release jobs it cools, raise its capacity or ask for fewer GPUs.",
            ReasonCode.LinkShort => $"Link {subject} has {available} left and the job needs {needed} on it; require one leaf or ask for less bandwidth.",
            ReasonCode.TopologyShort => $"Required topology: one {subject} must hold all {needed}, and the best holds {available}; require a wider level or free one {subject}.",
            ReasonCode.NoCombination => $"Each limit alone would allow task group {subject}, but no place meets all of them at once; it is tried again at every change.",
            ReasonCode.NodesUnavailable => $"Only {available} of {needed} of group {subject} fit on ready nodes; uncordon or repair nodes.",
            ReasonCode.ApartShort => $"The job names so few nodes, or allows so few tasks in one domain, that only {available} of {needed} of group {subject} find one; allow more in each or ask for fewer.",
            ReasonCode.SliceShort => $"{available} of {needed} fit, each in one {subject}; ask for smaller slices or a wider level, or free one {subject}.",
            ReasonCode.DatasetForbidden => $"Dataset {subject} may not be read here by this queue; run where it may be read, or have its owner allow it.",
            ReasonCode.OverQuota => $"Queue {subject} has {available} left of its quota and a job that may not be evicted needs {needed} within it; make the job preemptible or raise the quota.",
            ReasonCode.Deferred => $"It waits for the {(reason.Unit == "a MWh" ? "cheap" : "clean")} window beginning at {subject}: {needed} in the mean of its run, instead of {available} from now on.",
            ReasonCode.NoReplacement => $"None of {reason.NodesLookedAt} other nodes can take over from {subject}: {string.Join(", ", reason.Excluded.Select(Excluded))}.",
            ReasonCode.InTurn => $"It fits now, but {subject} comes before it; the pass that follows at once decides in turn.",
            ReasonCode.WouldDelay => $"It fits now, but starting it would delay {subject}, which waits longer and has a reservation; shorten its expected duration or wait.",
            ReasonCode.WindowAhead => $"It fits now, but would still run on nodes that {subject} needs for itself by then; state a shorter expected duration or wait.",
            _ => throw new UnreachableException($"Unknown reason code {reason.Code}."),
        };
    }

    private static string Amount(double amount, string unit) => unit switch
    {
        "W" => Watts.FromWatts(amount).ToString(),
        "" => QuantityText.Number(amount, 3),
        "tasks" when amount == 1 => "1 task",
        _ => QuantityText.Number(amount, 3) + " " + unit,
    };

    private static string Excluded(NodesExcluded excluded) => $"{excluded.Nodes} " + excluded.Cause switch
    {
        ReasonCode.TopologyShort => "outside its domain",
        ReasonCode.NodesUnavailable => "not ready",
        ReasonCode.GpusShort => "without enough free GPUs",
        ReasonCode.InstancesShort => "without a free position",
        var code => $"by {code}",
    };

    private static string Kept(Reason reason) => reason.Kept is null ? "" : $" ({reason.Kept})";

    private static string LeftOut(Reason reason) =>
        reason.DomainsLeftOut == 0 ? "" : $"; and {reason.DomainsLeftOut} more";

    private static string Upper(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
