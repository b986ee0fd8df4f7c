namespace ControlPlane.Planning.Capacity;

/// <summary>Tokens/s that were published for rack types of the catalogue; a Throughput in the file goes before them.</summary>
public static class PublishedThroughput
{
    /// <summary>All of them. Context: MLPerf's prompts and answers are cut at 1,024 tokens each.</summary>
    public static IReadOnlyList<ThroughputSpec> All { get; } =
    [
        new()
        {
            Model = "llama2-70b", Context = 2048, RackType = "DGX-B200-x4", Gpus = 1, TokensPerSecond = 11_264,
            Source = "MLPerf inference v4.1, llama2-70b offline, one B200",
        },
        new()
        {
            Model = "llama2-70b", Context = 2048, RackType = "GB200-NVL72", Gpus = 1, TokensPerSecond = 12_014,
            Source = "Azure, 865,000 tokens/s of a GB200 NVL72 with MLPerf's llama2-70b, not verified by MLCommons; a 72nd",
        },
    ];
}
