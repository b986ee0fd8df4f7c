namespace ControlPlane.Simulation.Serving;

/// <summary>
/// How fast a replica reads and writes. It batches continuously: requests join and leave between steps; a step makes one
/// token for every request in the batch, and reading a prompt holds the others up meanwhile.
/// </summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Gpus">GPUs of a replica.</param>
/// <param name="ReadTokensPerSecond">Tokens of prompts that it reads in a second, above 0.</param>
/// <param name="StepSeconds">What a step takes at any batch: reading the weights; above 0.</param>
/// <param name="PerRequestSeconds">What each request of the batch adds to a step, 0 or more.</param>
/// <param name="MostBatch">Requests in a batch at most, 1 or more.</param>
/// <param name="Source">Where the figures come from.</param>
public sealed record ServingModel(
    string Name, int Gpus, double ReadTokensPerSecond, double StepSeconds, double PerRequestSeconds, int MostBatch, string Source)
{
    // 70.6e9 parameters of one byte; 4.8 TB/s of each of eight H200.
    private const double WeightBytes = 70.6e9;
    private const double BytesPerSecond = 8 * 4.8e12;

    // Of the bandwidth that is reached in reading weights: assumed.
    private const double Reached = 0.7;

    // Closed division of MLPerf inference v4.1, Llama 2 70B offline on eight H200.
    private const double OfflineTokensPerSecond = 31_302.7;
    private const int OfflineBatch = 1024;

    /// <summary>
    /// Llama 2 70B on eight H200. A step reads all weights; the rest of a token's time is compute, alike for tokens read and
    /// written, and so long that as many tokens in as out at a batch of 1,024 come to the published offline rate.
    /// </summary>
    public static ServingModel Llama70 { get; } = Calibrated();

    /// <summary>Tokens that it writes in a second at a full batch without prompts.</summary>
    public double MostTokensPerSecond => MostBatch / (StepSeconds + (MostBatch * PerRequestSeconds));

    private static ServingModel Calibrated()
    {
        var step = WeightBytes / (BytesPerSecond * Reached);
        var perToken = ((1 / OfflineTokensPerSecond) - (step / OfflineBatch)) / 2;
        return new ServingModel(
            "Llama 2 70B on 8 H200", 8, 1 / perToken, step, perToken, OfflineBatch,
            "MLPerf inference v4.1 closed, offline, 31,302.7 tokens/s; 70.6 GB of weights at an assumed 70 % of 38.4 TB/s; as many tokens in as out assumed");
    }
}
