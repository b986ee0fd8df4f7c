namespace ControlPlane.Scheduling;

/// <summary>What the shares in a hall are worth against each other, so that the waste of a combination can be told.</summary>
/// <remarks>
/// The packing program is solved over all shares with a little fewer GPUs than they hold: what a share of each size is
/// then worth beyond its price says which part of a GPU it needs where all are packed as well as they can be. So two
/// shares of 470 waste nothing where nothing else fits beside them, and 590 with 230 does where 320 would fit.
/// </remarks>
internal static class SharePrices
{
    private const int Whole = 1000;

    // The part of the GPUs that the packing program may use: scarce GPUs give prices.
    private const double Scarcity = 0.97;

    // Each thousandth of a GPU is worth at least this part of one: shares for which there is always room cost nothing
    // in the packing program, yet a GPU that holds only such shares is no empty GPU.
    private const double Least = 0.0003;

    /// <summary>What a share of each size, from 0 to 999, needs in parts of a GPU; 0 for sizes that do not occur.</summary>
    /// <param name="counts">How many shares of each size there are.</param>
    /// <param name="gpus">How many GPUs they hold.</param>
    public static double[] Of(IReadOnlyDictionary<int, int> counts, int gpus)
    {
        int[] sizes = [.. counts.Where(entry => entry.Value > 0).Select(entry => entry.Key).Order()];
        var prices = SharePatterns.Prices(
            sizes, [.. sizes.Select(size => (double)size)], [.. sizes.Select(size => (double)counts[size])], gpus * Scarcity);
        long[] gains = [.. sizes.Select((size, kind) => Math.Max(0, (long)Math.Round((size - prices[kind]) * Whole)))];
        var most = Math.Max(1, SharePatterns.MostWorth(sizes, gains));
        var parts = new double[Whole];
        for (var kind = 0; kind < sizes.Length; kind++)
            parts[sizes[kind]] = Math.Max(gains[kind] / (double)most, sizes[kind] * Least);
        return parts;
    }
}
