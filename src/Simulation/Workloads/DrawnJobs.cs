using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation.Workloads;

/// <summary>Gangs of a fit, one after another without end.</summary>
internal sealed class DrawnJobs(JobFit fit, SeededDraws draws, double clock)
{
    /// <summary>Their stream of draws.</summary>
    public const ulong Purpose = 1;

    private readonly (int Index, int Weight)[] _sizes = [.. fit.Sizes.Select((size, index) => (index, size.Jobs))];

    /// <summary>When the last one was submitted, in seconds.</summary>
    public double Clock { get; private set; } = clock;

    /// <summary>Where the draws stand.</summary>
    public ulong State => draws.State;

    /// <summary>The next gang; its number is for the caller to give.</summary>
    public TracedJob Next()
    {
        Clock += fit.Gaps.Draw(draws) * fit.GapScale;
        var size = fit.Sizes[draws.Weighted<int>(_sizes)];
        return new TracedJob(0, (long)Math.Floor(Clock), size.Gpus, size.Duration.Draw(draws));
    }
}
