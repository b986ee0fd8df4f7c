using Orleans;

namespace ControlPlane.Domain.Jobs;

/// <summary>A measurement that really runs, on a device that an agent owns: what the device makes of a model's shape.</summary>
/// <param name="Model">The model's shape.</param>
/// <param name="Batches">Sequences that are decoded together, each measured.</param>
/// <param name="Context">Tokens that each attends to.</param>
/// <param name="Prompt">Tokens of a prompt.</param>
/// <param name="Repetitions">Steps of each point; the median counts.</param>
/// <param name="LimitPercents">Power limits to measure at, in percent of the highest that the device accepts; empty for the one that is set.</param>
/// <param name="Timeout">Most time it may take, or zero for the agent's own bound.</param>
[GenerateSerializer, Immutable, Alias("ProbeWork")]
public sealed record ProbeWork(
    [property: Id(0)] ModelShape Model,
    [property: Id(1)] ValueList<int> Batches,
    [property: Id(2)] int Context,
    [property: Id(3)] int Prompt,
    [property: Id(4)] int Repetitions,
    [property: Id(5)] ValueList<int> LimitPercents,
    [property: Id(6)] TimeSpan Timeout) : WorkSpec
{
    /// <inheritdoc/>
    public override bool RunsOnDevice => true;
}

/// <summary>One point of a device's curve.</summary>
/// <param name="Phase"><c>decode</c> or <c>prefill</c>.</param>
/// <param name="Batch">Sequences decoded together; 1 for a prefill.</param>
/// <param name="Tokens">Tokens attended to, or of the prompt.</param>
/// <param name="LimitWatts">The power limit that was set, or null when unknown.</param>
/// <param name="TokensPerSecond">Tokens made, or of prompts read, a second of device time.</param>
/// <param name="JoulesPerToken">By the device's own meter; null when it has none.</param>
[GenerateSerializer, Immutable, Alias("ProbePoint")]
public sealed record ProbePoint(
    [property: Id(0)] string Phase,
    [property: Id(1)] int Batch,
    [property: Id(2)] int Tokens,
    [property: Id(3)] double? LimitWatts,
    [property: Id(4)] double TokensPerSecond,
    [property: Id(5)] double? JoulesPerToken);
