using System.Globalization;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Probes;

/// <summary>One kernel of a model's step.</summary>
/// <param name="Kernel">Its name in the catalogue.</param>
/// <param name="Sizes">Its sizes.</param>
/// <param name="Times">How often it runs, one after the other.</param>
internal sealed record StepPart(string Kernel, IReadOnlyDictionary<string, long> Sizes, int Times = 1)
{
    /// <summary>Parts of one kernel and the same sizes share their buffers.</summary>
    public string Key => Kernel + string.Concat(Sizes.OrderBy(size => size.Key, StringComparer.Ordinal).Select(size => string.Create(CultureInfo.InvariantCulture, $" {size.Key}={size.Value}")));
}

/// <summary>A decode or prefill step of a model as kernels of the catalogue, bfloat16 weights and single-precision states.</summary>
internal static class ModelStep
{
    private const int MostColumns = 16384;

    /// <summary>A token for each of so many sequences, each attending to a context.</summary>
    public static IReadOnlyList<StepPart> Decode(ModelShape model, int sequences, int context) =>
        Whole(model, sequences, sequences, new("decode-attention", Attention(model, context), sequences));

    /// <summary>All tokens of one prompt, and the first token after it.</summary>
    public static IReadOnlyList<StepPart> Prefill(ModelShape model, int prompt) =>
        Whole(model, prompt, 1, new("prefill-attention", Attention(model, prompt)));

    private static List<StepPart> Whole(ModelShape model, int tokens, int answers, StepPart attention)
    {
        var layer = Layer(model, tokens, attention).ToList();
        return
        [
            new("embedding", Sizes(("tokens", tokens), ("vocabulary", model.Vocabulary), ("dim", model.Hidden))),
            .. Enumerable.Repeat(layer, model.Layers).SelectMany(parts => parts),
            Norm(model, answers),
            Product(answers, model.Vocabulary, model.Hidden),
            new("argmax", Sizes(("n", model.Vocabulary)), answers),
        ];
    }

    private static IEnumerable<StepPart> Layer(ModelShape model, int tokens, StepPart attention)
    {
        var width = model.Heads * model.HeadWidth;
        yield return Norm(model, tokens);
        yield return Product(tokens, width + (2 * model.KeyValueHeads * model.HeadWidth), model.Hidden);
        yield return attention;
        yield return Product(tokens, model.Hidden, width);
        yield return new("add", Sizes(("n", (long)tokens * model.Hidden)));
        yield return Norm(model, tokens);
        yield return Product(tokens, model.FeedForward, model.Hidden);
        yield return Product(tokens, model.FeedForward, model.Hidden);
        yield return new("silu", Sizes(("n", (long)tokens * model.FeedForward)));
        yield return new("multiply", Sizes(("n", (long)tokens * model.FeedForward)));
        yield return Product(tokens, model.Hidden, model.FeedForward);
        yield return new("add", Sizes(("n", (long)tokens * model.Hidden)));
    }

    private static StepPart Norm(ModelShape model, int tokens) => new("rms-norm", Sizes(("rows", tokens), ("cols", model.Hidden)));

    // A product wider than the catalogue's runs in equal pieces.
    private static StepPart Product(int rows, int columns, int inner)
    {
        var pieces = (columns + MostColumns - 1) / MostColumns;
        return new("bf16-gemm-nt", Sizes(("m", rows), ("n", (columns + pieces - 1) / pieces), ("k", inner)), pieces);
    }

    private static Dictionary<string, long> Attention(ModelShape model, int tokens) =>
        Sizes(("heads", model.Heads), ("tokens", tokens), ("dim", model.HeadWidth), ("group", model.Heads / model.KeyValueHeads));

    private static Dictionary<string, long> Sizes(params (string Name, long Value)[] sizes) => sizes.ToDictionary(size => size.Name, size => size.Value);
}
