using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute, which the schema publishes.

/// <summary>Probe work of a Job manifest.</summary>
[Meaning("Measures what a device makes of a model's shape: tokens/s and J/token of decode and prefill steps, at each batch and power limit.")]
public sealed record ProbeWorkSpec
{
    [Meaning("The model's shape, such as small or llama-3.1-8b. Default small.")]
    public string Model { get; init; } = "small";

    [Meaning("Sequences that are decoded together, each measured. Default 1, 4 and 16."), Between(1, 1_000_000)]
    public IReadOnlyList<int> Batches { get; init; } = [1, 4, 16];

    [Meaning("Tokens that each attends to. Default 512."), Between(1, 100_000_000)]
    public int Context { get; init; } = 512;

    [Meaning("Tokens of a prompt. Default 256."), Between(1, 100_000_000)]
    public int Prompt { get; init; } = 256;

    [Meaning("Steps of each point, of which the median counts. Default 5."), Between(1, 100_000)]
    public int Repetitions { get; init; } = 5;

    [Meaning("Power limits to measure at, in percent of the highest that the device accepts; the one that is set when left out."), Between(1, 100)]
    public IReadOnlyList<int> LimitPercents { get; init; } = [];

    [Meaning("Most time it may take; the agent's own bound when left out."), Between(1, 86_400)]
    public TimeSpan? Timeout { get; init; }

    internal static ProbeWork Read(ProbeWorkSpec spec) => new(
        spec.Model, spec.Batches.ToValueList(), spec.Context, spec.Prompt, spec.Repetitions, spec.LimitPercents.ToValueList(), spec.Timeout ?? TimeSpan.Zero);

    internal static ProbeWorkSpec Write(ProbeWork work) => new()
    {
        Model = work.Model,
        Batches = work.Batches.Items,
        Context = work.Context,
        Prompt = work.Prompt,
        Repetitions = work.Repetitions,
        LimitPercents = work.LimitPercents.Items,
        Timeout = work.Timeout == TimeSpan.Zero ? null : work.Timeout,
    };
}
