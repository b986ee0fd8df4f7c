using ControlPlane.Domain.Jobs;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute, which the schema publishes.

/// <summary>Probe work of a Job manifest.</summary>
[Meaning("Measures what a device makes of a model's shape: tokens/s and J/token of decode and prefill steps, at each batch and power limit.")]
public sealed record ProbeWorkSpec
{
    [Meaning("A known model's name, such as small or llama-3.1-8b, or what the shape is called. Default small.")]
    public string Model { get; init; } = "small";

    [Meaning("The model's shape; that of the known model when left out.")]
    public ModelShapeSpec? Shape { get; init; }

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

    internal static void Check(Manifest manifest, ProbeWorkSpec spec, List<ManifestError> errors)
    {
        if (spec.Shape is null && ModelShape.Find(spec.Model) is null)
            errors.Add(manifest.Error("spec.probe.model", $"there is no model '{spec.Model}'", "give its shape, or one of: " + string.Join(", ", ModelShape.Known.Select(shape => shape.Name))));
        if (spec.Shape is { } shape && shape.Heads % shape.KeyValueHeads != 0)
            errors.Add(manifest.Error("spec.probe.shape.keyValueHeads", $"{shape.KeyValueHeads} heads of keys and values do not divide {shape.Heads} heads", "give a divisor"));
    }

    internal static ProbeWork Read(ProbeWorkSpec spec) => new(
        spec.Shape is { } shape ? new(spec.Model, shape.Layers, shape.Hidden, shape.Heads, shape.KeyValueHeads, shape.HeadWidth, shape.FeedForward, shape.Vocabulary) : ModelShape.Find(spec.Model)!,
        spec.Batches.ToValueList(), spec.Context, spec.Prompt, spec.Repetitions, spec.LimitPercents.ToValueList(), spec.Timeout ?? TimeSpan.Zero);

    internal static ProbeWorkSpec Write(ProbeWork work) => new()
    {
        Model = work.Model.Name,
        Shape = ModelShape.Find(work.Model.Name) == work.Model ? null : new ModelShapeSpec
        {
            Layers = work.Model.Layers,
            Hidden = work.Model.Hidden,
            Heads = work.Model.Heads,
            KeyValueHeads = work.Model.KeyValueHeads,
            HeadWidth = work.Model.HeadWidth,
            FeedForward = work.Model.FeedForward,
            Vocabulary = work.Model.Vocabulary,
        },
        Batches = work.Batches.Items,
        Context = work.Context,
        Prompt = work.Prompt,
        Repetitions = work.Repetitions,
        LimitPercents = work.LimitPercents.Items,
        Timeout = work.Timeout == TimeSpan.Zero ? null : work.Timeout,
    };
}

/// <summary>The shape of a model to probe with.</summary>
[Meaning("A decoder-only language model with grouped keys and values and a gated feed-forward.")]
public sealed record ModelShapeSpec
{
    [Meaning("Layers."), Between(1, 1000)]
    public required int Layers { get; init; }

    [Meaning("Width of a token's state."), Between(1, 65_536)]
    public required int Hidden { get; init; }

    [Meaning("Query heads of a layer."), Between(1, 1024)]
    public required int Heads { get; init; }

    [Meaning("Heads of keys and values; divides heads."), Between(1, 1024)]
    public required int KeyValueHeads { get; init; }

    [Meaning("Width of a head."), Between(1, 1024)]
    public required int HeadWidth { get; init; }

    [Meaning("Inner width of the feed-forward."), Between(1, 1_000_000)]
    public required int FeedForward { get; init; }

    [Meaning("Tokens that it knows."), Between(1, 10_000_000)]
    public required int Vocabulary { get; init; }
}
