namespace ControlPlane.Hardware.Probes;

/// <summary>What a probe is to measure.</summary>
/// <param name="Model">The model's shape.</param>
/// <param name="Batches">Sequences that are decoded together, each measured.</param>
/// <param name="Context">Tokens that each attends to.</param>
/// <param name="Prompt">Tokens of a prompt.</param>
/// <param name="Repetitions">Steps of each point; the median counts.</param>
/// <param name="LimitPercents">Power limits, in percent of the highest; empty for the limit that is set.</param>
public sealed record ProbeRequest(ModelShape Model, IReadOnlyList<int> Batches, int Context, int Prompt, int Repetitions, IReadOnlyList<int> LimitPercents);

/// <summary>One point of a device's curve.</summary>
/// <param name="Phase"><c>decode</c> or <c>prefill</c>.</param>
/// <param name="Batch">Sequences decoded together; 1 for a prefill.</param>
/// <param name="Tokens">Tokens attended to, or of the prompt.</param>
/// <param name="LimitWatts">The power limit that was set, or null when unknown.</param>
/// <param name="TokensPerSecond">Tokens made, or of prompts read, a second of device time.</param>
/// <param name="JoulesPerToken">By the device's own meter; null when it has none.</param>
public sealed record ProbePoint(string Phase, int Batch, int Tokens, double? LimitWatts, double TokensPerSecond, double? JoulesPerToken);
