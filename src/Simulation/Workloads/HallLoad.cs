using ControlPlane.Simulation.Replay;

namespace ControlPlane.Simulation.Workloads;

/// <summary>What a hall of serving and training is fed with.</summary>
/// <param name="Source">Where it comes from, in words.</param>
/// <param name="Conversation">Requests of a conversation service.</param>
/// <param name="Code">Requests of a code completion service: fewer, in bursts.</param>
/// <param name="Training">Gangs, by submission.</param>
public sealed record HallLoad(
    string Source, IReadOnlyList<LlmRequest> Conversation, IReadOnlyList<LlmRequest> Code, IReadOnlyList<TracedJob> Training)
{
    /// <summary>Drawn from a seed, with the means, spreads and bursts of the public traces.</summary>
    public static HallLoad Synthetic { get; } = SyntheticLoad.Draw(seed: 42);
}
