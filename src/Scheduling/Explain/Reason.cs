using ControlPlane.Domain;
using Orleans;

namespace ControlPlane.Scheduling;

/// <summary>One reason, as data.</summary>
/// <param name="Code">What is short or wrong.</param>
/// <param name="Subject">Which feed, loop, link, queue, level or task group; the hall itself when nothing narrower applies.</param>
/// <param name="Needed">How much the job needs, in <paramref name="Unit"/>; 0 when there is no quantity.</param>
/// <param name="Available">How much there is, in <paramref name="Unit"/>.</param>
/// <param name="Unit">tasks, GPUs, W, Gbit/s, cores, GiB; empty when there is no quantity.</param>
/// <param name="Domains">What each domain of the level in question can hold, fullest first; at most <see cref="MostDomains"/>.</param>
/// <param name="DomainsLeftOut">How many further domains are not listed.</param>
[GenerateSerializer, Immutable, Alias("Reason")]
public sealed record Reason(
    [property: Id(0)] ReasonCode Code,
    [property: Id(1)] string Subject,
    [property: Id(2)] double Needed,
    [property: Id(3)] double Available,
    [property: Id(4)] string Unit,
    [property: Id(5)] ValueList<DomainRoom> Domains,
    [property: Id(6)] int DomainsLeftOut)
{
    /// <summary>How many domains a reason lists: what an operator still reads, and bounds the size of a decision.</summary>
    public const int MostDomains = 16;

    /// <summary>Nodes that were looked at, when the reason counts them; else 0.</summary>
    [Id(7)]
    public int NodesLookedAt { get; init; }

    /// <summary>Why nodes that were looked at are out of the question, each counted once, under the first cause that holds.</summary>
    [Id(8)]
    public ValueList<NodesExcluded> Excluded { get; init; } = [];

    /// <summary>For people: what room is kept for where that, and not its own load, bounds a power domain; null elsewhere.</summary>
    [Id(9)]
    public string? Kept { get; init; }

    /// <summary>The power policy or tier under which there is too little, with its percent; null where the job names none.</summary>
    [Id(10)]
    public string? Under { get; init; }

    /// <summary>The reason as one sentence with its numbers, and what would fix it.</summary>
    public string Explain() => ReasonText.Of(this);
}

/// <summary>How many nodes one cause rules out.</summary>
/// <param name="Cause">The cause: the code of a rule, or <see cref="ReasonCode.TopologyShort"/> for nodes outside the domain.</param>
/// <param name="Nodes">How many nodes.</param>
[GenerateSerializer, Immutable, Alias("NodesExcluded")]
public readonly record struct NodesExcluded([property: Id(0)] ReasonCode Cause, [property: Id(1)] int Nodes);

/// <summary>How much of a job one domain can hold.</summary>
/// <param name="Domain">Name of the domain, such as <c>rack-03</c>.</param>
/// <param name="Room">Tasks it can hold.</param>
/// <param name="Needed">Tasks that are asked of it.</param>
[GenerateSerializer, Immutable, Alias("DomainRoom")]
public sealed record DomainRoom(
    [property: Id(0)] string Domain,
    [property: Id(1)] int Room,
    [property: Id(2)] int Needed)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Domain} holds {Room} of {Needed}";
}
