using ControlPlane.Domain;

namespace ControlPlane.Simulation.Openb;

/// <summary>What became of one pod.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Node">Name of its node; empty when it fits nowhere.</param>
/// <param name="Gpus">Indexes of its GPUs, ascending.</param>
public sealed record OpenbDecision(OpenbPod Pod, string Node, ValueList<int> Gpus)
{
    /// <summary>True when the pod was placed.</summary>
    public bool IsPlaced => Node.Length > 0;

    /// <summary>The GPUs as the experiment's files write them: <c>0-1-2-3</c>.</summary>
    public string GpuText => string.Join('-', Gpus);
}
