namespace ControlPlane.Simulation.Events;

/// <summary>What a run came to, with everything that it assumed.</summary>
/// <param name="Seed">Every draw followed from it.</param>
/// <param name="Days">How long was run.</param>
/// <param name="IsWhole">False when it was stopped before its end: everything here holds up to <paramref name="Days"/>.</param>
/// <param name="Assumptions">What was assumed, and why.</param>
/// <param name="Figures">What came out.</param>
/// <param name="Services">What came out of each service.</param>
/// <param name="Rows">The course of it.</param>
/// <param name="Jobs">The gangs that ended, in order of their ends.</param>
public sealed record TwinOutcome(
    ulong Seed, double Days, bool IsWhole, IReadOnlyList<TwinAssumption> Assumptions, IReadOnlyList<TwinFigure> Figures,
    IReadOnlyList<ServiceOutcome> Services, IReadOnlyList<TwinSample> Rows, IReadOnlyList<EndedJob> Jobs)
{
    /// <summary>The gangs that had not ended, in order of submission.</summary>
    public IReadOnlyList<UnfinishedJob> Unfinished { get; init; } = [];

    /// <summary>How many replicas of the services served from when on.</summary>
    public IReadOnlyList<ServingChange> Serving { get; init; } = [];

    /// <summary>A figure by its name.</summary>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public double this[string name] => Figures.Single(figure => figure.Name == name).Value;
}

/// <summary>Something that a run assumed.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">How much, in words.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record TwinAssumption(string Name, string Value, string Source);

/// <summary>A figure.</summary>
/// <param name="Name">What.</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">In what unit; empty for shares and counts.</param>
public sealed record TwinFigure(string Name, double Value, string Unit);

/// <summary>What came out of a service. Latencies are those of all its requests, whatever number of replicas served them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MeanReplicas">Replicas that served, in the mean.</param>
/// <param name="Tokens">Tokens that it wrote.</param>
/// <param name="Requests">Requests that it served.</param>
/// <param name="MeanBatch">Requests in a batch, in the mean over the time.</param>
/// <param name="Load">Work that came over what the replicas could do, at worst; at 1 or more they fell behind.</param>
/// <param name="DownHours">Hours in which no replica served.</param>
/// <param name="FirstTokenSeconds">p50, p90, p99 of the time to the first token.</param>
/// <param name="PerTokenSeconds">p50, p90, p99 of the time between tokens.</param>
/// <param name="LastTokenSeconds">p50, p90, p99 of the time to the last token.</param>
public sealed record ServiceOutcome(
    string Name, double MeanReplicas, double Tokens, double Requests, double MeanBatch, double Load, double DownHours,
    IReadOnlyList<double> FirstTokenSeconds, IReadOnlyList<double> PerTokenSeconds, IReadOnlyList<double> LastTokenSeconds);
