using System.Globalization;
using Orleans;

namespace ControlPlane.Domain.Jobs;

/// <summary>The shape of a decoder-only language model with grouped keys and values and a gated feed-forward.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Hidden">Width of a token's state.</param>
/// <param name="Heads">Query heads of a layer.</param>
/// <param name="KeyValueHeads">Heads of keys and values; divides <paramref name="Heads"/>.</param>
/// <param name="HeadWidth">Width of a head.</param>
/// <param name="FeedForward">Inner width of the feed-forward.</param>
/// <param name="Vocabulary">Tokens that it knows.</param>
[GenerateSerializer, Immutable, Alias("ModelShape")]
public sealed record ModelShape(
    [property: Id(0)] string Name, [property: Id(1)] int Layers, [property: Id(2)] int Hidden, [property: Id(3)] int Heads, [property: Id(4)] int KeyValueHeads,
    [property: Id(5)] int HeadWidth, [property: Id(6)] int FeedForward, [property: Id(7)] int Vocabulary)
{
    /// <summary>How a shape is written on a command line.</summary>
    public const string Form = "layers=32,hidden=4096,heads=32,keyValueHeads=8,headWidth=128,feedForward=14336,vocabulary=128256";

    /// <summary>The shapes that are known by name: one for any machine, and those of published models (their config.json).</summary>
    public static IReadOnlyList<ModelShape> Known { get; } =
    [
        new("small", 4, 256, 8, 4, 32, 704, 4096),
        new("llama-2-70b", 80, 8192, 64, 8, 128, 28672, 32000),
        new("llama-3.1-8b", 32, 4096, 32, 8, 128, 14336, 128256),
        new("llama-3.1-70b", 80, 8192, 64, 8, 128, 28672, 128256),
    ];

    /// <summary>The known shape of that name, or null.</summary>
    public static ModelShape? Find(string name) => Known.FirstOrDefault(shape => shape.Name == name);

    /// <summary>The shape that a command line asks for: as written, or the known one of that name.</summary>
    /// <exception cref="FormatException">It is written wrongly, or left out of a model that is not known; the message says what would be right.</exception>
    public static ModelShape Resolve(string name, string? text) => text is not null
        ? Parse(name, text)
        : Find(name) ?? throw new FormatException($"There is no model '{name}': give its shape, or one of: {string.Join(", ", Known.Select(shape => shape.Name))}.");

    /// <summary>The shape as <see cref="Form"/> writes it.</summary>
    /// <exception cref="FormatException">Something is missing, unknown or no whole number from 1 on; the message says what.</exception>
    public static ModelShape Parse(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var given = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split('=') is not [var field, var number] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value < 1 || !given.TryAdd(field, value))
                throw new FormatException($"'{part}' is no part of a model's shape; write {Form}.");
        }
        int Of(string field) => given.Remove(field, out var value) ? value : throw new FormatException($"The shape has no {field}; write {Form}.");
        var shape = new ModelShape(name, Of("layers"), Of("hidden"), Of("heads"), Of("keyValueHeads"), Of("headWidth"), Of("feedForward"), Of("vocabulary"));
        return given.Count == 0 ? shape : throw new FormatException($"A shape has no {given.Keys.First()}; write {Form}.");
    }
}
