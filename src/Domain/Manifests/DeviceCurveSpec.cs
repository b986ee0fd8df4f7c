using ControlPlane.Domain.Units;

namespace ControlPlane.Domain.Manifests;

#pragma warning disable CS1591 // Each field's meaning stands in its Meaning attribute.

/// <summary>The content of a DeviceCurve: what a device made of a model's shape when it was probed.</summary>
[Meaning("Tokens/s and J/token of a model's shape, measured on one device.")]
public sealed record DeviceCurveSpec
{
    /// <summary>The kind's name.</summary>
    public const string Kind = "DeviceCurve";

    /// <summary>The kinds of a file that holds a curve.</summary>
    public static IReadOnlyDictionary<string, Type> Kinds { get; } = new Dictionary<string, Type>(StringComparer.Ordinal) { [Kind] = typeof(DeviceCurveSpec) };

    [Meaning("The model's shape.")]
    public required string Model { get; init; }

    [Meaning("What the driver calls the device.")]
    public required string Device { get; init; }

    [Meaning("The GPU model of the hardware catalogue that it is; left out where its name stands for none.")]
    public string? Gpu { get; init; }

    [Meaning("The device's UUID; left out where it has none.")]
    public string? Uuid { get; init; }

    [Meaning("When it was measured.")]
    public DateTimeOffset? MeasuredAt { get; init; }

    [Meaning("What was measured.")]
    public required IReadOnlyList<DeviceCurvePointSpec> Points { get; init; }
}

/// <summary>One point of a device's curve.</summary>
public sealed record DeviceCurvePointSpec
{
    [Meaning("decode: a token for each sequence; prefill: all tokens of a prompt."), OneOf("decode", "prefill")]
    public required string Phase { get; init; }

    [Meaning("Sequences decoded together; 1 for a prefill."), Between(1, 1_000_000)]
    public required int Batch { get; init; }

    [Meaning("Tokens that each attends to, or of the prompt."), Between(1, 100_000_000)]
    public required int Tokens { get; init; }

    [Meaning("The power limit that was set; left out when unknown."), Between(1, 1e6)]
    public Watts? Limit { get; init; }

    [Meaning("Tokens made, or of prompts read, a second of device time."), Between(1e-9, 1e12)]
    public required double TokensPerSecond { get; init; }

    [Meaning("By the device's own meter, in joules; left out when it has none."), Between(0, 1e9)]
    public double? JoulesPerToken { get; init; }
}
