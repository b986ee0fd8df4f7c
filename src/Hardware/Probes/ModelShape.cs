namespace ControlPlane.Hardware.Probes;

/// <summary>The shape of a decoder-only language model with grouped keys and values and a gated feed-forward.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Hidden">Width of a token's state.</param>
/// <param name="Heads">Query heads of a layer.</param>
/// <param name="KeyValueHeads">Heads of keys and values; divides <paramref name="Heads"/>.</param>
/// <param name="HeadWidth">Width of a head.</param>
/// <param name="FeedForward">Inner width of the feed-forward.</param>
/// <param name="Vocabulary">Tokens that it knows.</param>
public sealed record ModelShape(string Name, int Layers, int Hidden, int Heads, int KeyValueHeads, int HeadWidth, int FeedForward, int Vocabulary)
{
    /// <summary>The shapes that are known by name: one for any machine, and that of a published model (its config.json).</summary>
    public static IReadOnlyList<ModelShape> Known { get; } =
    [
        new("small", 4, 256, 8, 4, 32, 704, 4096),
        new("llama-3.1-8b", 32, 4096, 32, 8, 128, 14336, 128256),
    ];

    /// <summary>The shape of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message has all there are.</exception>
    public static ModelShape Find(string name) => Known.FirstOrDefault(shape => shape.Name == name)
        ?? throw new ArgumentException($"There is no model \"{name}\". Known are: {string.Join(", ", Known.Select(shape => shape.Name))}.", nameof(name));
}
