namespace ControlPlane.Scheduling.Preferences;

/// <summary>Every place is as good as any other.</summary>
internal sealed class RandomChoice : Preference
{
    public override string Name => "random";

    public override bool DependsOnNodeOnly => false;

    public override bool ChoosesGpu => true;

    // The node decides and its GPUs only break the tie: a node is not likelier for having more of them.
    public override long Score(HallState state, int node, TaskDemand task, int gpu, ulong draw) =>
        (long)((Mixed.Of(draw, node, -1) >> 1) & ~255UL) | (long)(Mixed.Of(draw, node, gpu) & 255);
}
