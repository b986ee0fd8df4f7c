using ControlPlane.Domain.Jobs;

namespace ControlPlane.Hardware.Probes;

/// <summary>What a probe is to measure.</summary>
/// <param name="Model">The model's shape.</param>
/// <param name="Batches">Sequences that are decoded together, each measured.</param>
/// <param name="Context">Tokens that each attends to.</param>
/// <param name="Prompt">Tokens of a prompt.</param>
/// <param name="Repetitions">Steps of each point; the median counts.</param>
/// <param name="LimitPercents">Power limits, in percent of the highest; empty for the limit that is set.</param>
public sealed record ProbeRequest(ModelShape Model, IReadOnlyList<int> Batches, int Context, int Prompt, int Repetitions, IReadOnlyList<int> LimitPercents);
