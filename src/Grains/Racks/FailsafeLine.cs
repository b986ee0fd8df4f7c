using System.Collections.Concurrent;
using ControlPlane.Domain;
using ControlPlane.Grains.Gpus;

namespace ControlPlane.Grains.Racks;

/// <summary>
/// Where signals for armed caps reach racks whose grains live in this process, and nodes whose agents are connected to it:
/// by a call, on the thread of the hall that gives them. A message, even one way, waits behind whatever the silo is doing;
/// measured on two busy cores the last of 313 racks had it after half a second.
/// </summary>
public sealed class FailsafeLine
{
    private readonly ConcurrentDictionary<RackId, RackFailsafe> _racks = new();
    private readonly ConcurrentDictionary<NodeId, IArmedNode> _nodes = new();
    private readonly SimulatedFleet _fleet;

    internal FailsafeLine(SimulatedFleet fleet) => _fleet = fleet;

    /// <summary>A node's agent is connected here.</summary>
    public void Connect(NodeId node, IArmedNode agent) => _nodes[node] = agent;

    /// <summary>It is not any more, unless it has connected anew.</summary>
    public void Disconnect(NodeId node, IArmedNode agent) => _nodes.TryRemove(new(node, agent));

    /// <summary>A rack's grain begins here.</summary>
    internal RackFailsafe Join(RackId rack) => _racks[rack] = new RackFailsafe(_fleet, this);

    /// <summary>A rack's grain ends here, unless another activation has taken over.</summary>
    internal void Leave(RackId rack, RackFailsafe failsafe) => _racks.TryRemove(new(rack, failsafe));

    /// <summary>Has the caps of a rack hold, when its grain is here.</summary>
    internal void Fire(RackId rack, long revision, double level)
    {
        if (_racks.TryGetValue(rack, out var failsafe))
            failsafe.Fire(revision, level);
    }

    /// <summary>Has the GPUs of a node keep a cap, when its agent is here.</summary>
    internal void Tell(NodeId node, ArmedCap cap)
    {
        if (_nodes.TryGetValue(node, out var agent))
            agent.Hold(cap);
    }
}

/// <summary>A node whose agent takes caps. Called on any thread; returns before the agent has heard.</summary>
public interface IArmedNode
{
    /// <summary>Has every GPU of the node keep a cap, or (0) no longer.</summary>
    void Hold(ArmedCap cap);
}
