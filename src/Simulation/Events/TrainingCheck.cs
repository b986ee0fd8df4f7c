using ControlPlane.Facility.Reliability;
using ControlPlane.Simulation.Replay;
using ControlPlane.Simulation.Results;

namespace ControlPlane.Simulation.Events;

/// <summary>
/// One gang that fills a hall but for some spare nodes, under a failure rate: the share of the time that trains, by the twin
/// and by the closed form. About as many nodes are out as fail in the time of a repair: so many spares are needed at least.
/// </summary>
/// <param name="Gpus">GPUs of the gang, a multiple of 8.</param>
/// <param name="SpareNodes">Nodes beside it, 0 or more; the hall has whole racks, so it may have up to three more.</param>
/// <param name="Rate">How often nodes fail.</param>
/// <param name="CheckpointSeconds">What a checkpoint costs, above 0.</param>
/// <param name="RestartSeconds">From a failure until work goes on.</param>
/// <param name="Days">How long is run, above 0.</param>
/// <param name="Seeds">Runs, each under its own seed from 1 on; 2 or more.</param>
public sealed record TrainingCheck(
    int Gpus, int SpareNodes, FailureRate Rate, double CheckpointSeconds, double RestartSeconds, double Days, int Seeds)
{
    private const int NodeGpus = 8;

    /// <summary>Llama 3 405B: 16,384 GPUs, the published interruptions, five minutes to start again, the 54 days of the publication.</summary>
    /// <param name="checkpointSeconds">What a checkpoint costs.</param>
    public static TrainingCheck Llama3(double checkpointSeconds) => new(16_384, 64, FailureRate.Llama3, checkpointSeconds, 300, 54, 8);

    /// <summary>Mean time between the gang's failures.</summary>
    public double MeanSeconds => Rate.MeanHours(Gpus / NodeGpus) * 3600;

    /// <summary>Young's interval.</summary>
    public double IntervalSeconds => Checkpointing.YoungSeconds(CheckpointSeconds, MeanSeconds);

    /// <summary>The share by the closed form (Kokolis et al., HPCA 2025).</summary>
    public double ClosedForm => Checkpointing.EffectiveShare(MeanSeconds, RestartSeconds, IntervalSeconds, CheckpointSeconds);

    /// <summary>The share of every seed, by the twin: useful GPU-hours over those of the gang's GPUs all the time.</summary>
    public TrainingBand Run()
    {
        if (Gpus < NodeGpus || Gpus % NodeGpus != 0 || SpareNodes < 0 || Seeds < 2 || !(Days is > 0 and <= 3660) || !(CheckpointSeconds > 0))
            throw new ArgumentException("Whole nodes of 8 GPUs, spare nodes of 0 or more, two seeds or more, a length of up to 3,660 days and a checkpoint of more than 0 s were expected.");
        var shares = Enumerable.Range(1, Seeds).Select(seed => Share((ulong)seed)).ToList();
        var band = ConfidenceBand.Of(shares);
        return new TrainingBand(shares, band.Mean, band.Margin);
    }

    private double Share(ulong seed)
    {
        var twin = new EventTwin(new TwinPlan
        {
            Seed = seed,
            Hall = "hall",
            Manifests = TwinHalls.Dgx(Gpus + (SpareNodes * NodeGpus)),
            Jobs = [new TracedJob(1, 0, Gpus, (long)(Days * 86_400 * 2))],
            FailuresPerNodeDay = Rate.PerNodeDay,
            CheckpointSeconds = CheckpointSeconds,
            CheckpointEverySeconds = IntervalSeconds,
            RestartSeconds = RestartSeconds,
        });
        twin.Advance((long)(Days * 8.64e7));
        return twin.Outcome()["usefulHours"] / (Gpus * Days * 24);
    }
}

/// <summary>A share by several seeds.</summary>
/// <param name="Shares">By seed.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Margin">The true mean lies so near to theirs with 95 % confidence (Student's t).</param>
public sealed record TrainingBand(IReadOnlyList<double> Shares, double Mean, double Margin)
{
    /// <summary>True when a figure lies in the band.</summary>
    public bool Holds(double share) => Math.Abs(share - Mean) <= Margin;
}
