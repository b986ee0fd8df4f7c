using ControlPlane.Domain;
using ControlPlane.Hardware.Protocol;

namespace ControlPlane.Grains.Racks;

/// <summary>
/// Which nodes' agents are heard. What an agent runs is over before its node counts as lost (<see cref="LeaseTerms"/>); one
/// that was never heard is taken for heard when this began, since others may have heard it before.
/// </summary>
/// <param name="clock">Its timestamps are used, which never jump.</param>
/// <param name="timeout">How long agents may work without a host.</param>
/// <param name="fresh">For how long readings are known.</param>
internal sealed class NodeReach(TimeProvider clock, TimeSpan timeout, TimeSpan fresh)
{
    private readonly Dictionary<NodeId, (long At, TimeSpan Unanswered)> _heard = [];
    private readonly Dictionary<GpuId, (GpuSample Sample, long At)> _samples = [];
    private readonly long _began = clock.GetTimestamp();

    /// <summary>
    /// An agent was heard, with readings of some of its devices, and how long it had not been answered. Without readings it has
    /// only connected: what was read before is of no use, since it may be of devices that were changed or reset meanwhile.
    /// </summary>
    public void Hear(NodeId node, ValueList<GpuSample> samples, TimeSpan unanswered)
    {
        var now = clock.GetTimestamp();
        _heard[node] = (now, unanswered);
        if (samples.Count == 0)
        {
            foreach (var old in _samples.Keys.Where(gpu => gpu.Value.StartsWith(node.Value + "-g", StringComparison.Ordinal)).ToList())
                _samples.Remove(old);
        }
        foreach (var sample in samples)
            _samples[sample.Gpu] = (sample, now);
    }

    /// <summary>A device's readings; null once they are too old to be known.</summary>
    public GpuSample? Of(GpuId gpu) => _samples.TryGetValue(gpu, out var known) && clock.GetElapsedTime(known.At) <= fresh ? known.Sample : null;

    /// <summary>True while a node's agent is heard and hears.</summary>
    public bool IsHeard(NodeId node) => _heard.TryGetValue(node, out var heard) && clock.GetElapsedTime(heard.At) <= fresh && heard.Unanswered <= fresh;

    /// <summary>True once nothing that a node's agent ran can still run: it is silent, or says itself that it hears nobody.</summary>
    public bool IsLost(NodeId node)
    {
        var (at, unanswered) = _heard.GetValueOrDefault(node, (_began, TimeSpan.Zero));
        return clock.GetElapsedTime(at) > LeaseTerms.OverAfter(timeout) || unanswered > LeaseTerms.OverAfter(timeout);
    }
}
